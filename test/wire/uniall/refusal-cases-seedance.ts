import { PICTURE, type RefusalCase, SOUND, VIDEO } from './refusal-case.ts';

export const SEEDANCE_REFUSALS: readonly RefusalCase[] = [
  {
    asks: 'frames with references',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', image: PICTURE, images: [PICTURE] },
    code: 'conflicting_inputs',
    param: 'images',
    message:
      'image and images cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'a last frame with a reference video',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', image: PICTURE, last_image: PICTURE, videos: [VIDEO] },
    code: 'conflicting_inputs',
    param: 'videos',
    message:
      'image and videos cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'frames with references on a legacy name',
    body: { model: 'jisudance2.0-720p', image: PICTURE, audios: [SOUND] },
    code: 'conflicting_inputs',
    param: 'audios',
    message:
      'image and audios cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'last_image alone',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', last_image: PICTURE },
    code: 'conflicting_inputs',
    param: 'last_image',
    message: 'last_image is only supported together with image. Send both, or send this picture as image.',
  },
  {
    asks: 'ten reference images',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', images: Array(10).fill(PICTURE) },
    code: 'invalid_value',
    param: 'images',
    message: 'images holds 10 reference images; seedance2.0-720p takes at most 9.',
  },
  {
    asks: 'four reference videos',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', videos: Array(4).fill(VIDEO) },
    code: 'invalid_value',
    param: 'videos',
    message: 'videos holds 4 reference videos; seedance2.0-720p takes at most 3.',
  },
  {
    asks: 'three videos and a fourth as video',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', videos: [VIDEO, VIDEO, VIDEO], video: VIDEO },
    code: 'invalid_value',
    param: 'videos',
    message: 'videos holds 4 reference videos; seedance2.0-720p takes at most 3.',
  },
  {
    asks: 'four reference sounds',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', images: [PICTURE], audios: Array(4).fill(SOUND) },
    code: 'invalid_value',
    param: 'audios',
    message: 'audios holds 4 reference sounds; seedance2.0-720p takes at most 3.',
  },
  {
    asks: 'sound alone',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', audios: [SOUND] },
    code: 'missing_field',
    param: 'audios',
    message: 'Reference audio alone is not enough for Seedance 2.0: add at least one reference image or video.',
  },
  {
    asks: '3 seconds',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', duration: 3 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 3; seedance2.0-720p takes 4 to 15 seconds from a prompt alone.',
  },
  {
    asks: '16 seconds',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', duration: 16 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 16; seedance2.0-720p takes 4 to 15 seconds from a prompt alone.',
  },
  {
    asks: '16 seconds on a legacy name',
    body: { model: 'jisudance2.0-fast-480p', prompt: 'a fox', duration: '16' },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 16; jisudance2.0-fast-480p takes 4 to 15 seconds from a prompt alone.',
  },
  {
    asks: 'a base64 video',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', videos: ['data:video/mp4;base64,AAAA'] },
    code: 'input_invalid',
    param: 'videos[0]',
    message:
      'videos[0] cannot be used: this looks like no media file known here; only PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC, MP4, MOV, AVI, M4A, MP3 and WAV are taken.',
  },
  {
    asks: 'video on a legacy name',
    body: { model: 'jisudance2.0-720p', prompt: 'a fox', video: VIDEO },
    code: 'unsupported_field',
    param: 'video',
    message:
      'video is not supported by jisudance2.0-720p; its media fields are image, last_image, images, videos, audios.',
  },
  {
    asks: 'a field of Vidu',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', reference_image_urls: [PICTURE] },
    code: 'unsupported_field',
    param: 'reference_image_urls',
    message:
      'reference_image_urls is not supported by seedance2.0-720p; its media fields are image, last_image, images, videos, audios, video.',
  },
  {
    asks: 'a field of Ark’s neighbours',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', first_frame_image: PICTURE },
    code: 'unsupported_field',
    param: 'first_frame_image',
    message:
      'first_frame_image is not supported by seedance2.0-720p; its media fields are image, last_image, images, videos, audios, video. Use image.',
  },
  {
    asks: 'a ratio that nobody has',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', aspect_ratio: '2:1' },
    code: 'invalid_value',
    param: 'aspect_ratio',
    message:
      'aspect_ratio is "2:1"; seedance2.0-720p takes 16:9, 4:3, 1:1, 3:4, 9:16, 21:9 or adaptive from a prompt alone.',
  },
  {
    asks: 'a size that disagrees with the tier',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', size: '480p' },
    code: 'invalid_value',
    param: 'size',
    message:
      'size is "480p"; seedance2.0-720p takes 720p, or exact pixels such as 1280x720. The tier is part of the model’s name: choose another model for another tier.',
  },
  {
    asks: '1080p of fast',
    body: { model: 'seedance2.0-fast-1080p', prompt: 'a fox' },
    code: 'unknown_model',
    param: 'model',
    message:
      'model is "seedance2.0-fast-1080p", which does not exist here. Did you mean seedance2.0-fast-480p, seedance2.0-fast-720p, seedance2.0-1080p? GET /v1/video/models lists all of them.',
  },
  {
    asks: '4k of mini',
    body: { model: 'seedance2.0-mini-4k', prompt: 'a fox' },
    code: 'unknown_model',
    param: 'model',
    message:
      'model is "seedance2.0-mini-4k", which does not exist here. Did you mean seedance2.0-mini-480p, seedance2.0-mini-720p, seedance2.0-4k? GET /v1/video/models lists all of them.',
  },
  {
    asks: 'a legacy name that never was',
    body: { model: 'jisudance2.0-1080p', prompt: 'a fox' },
    code: 'unknown_model',
    param: 'model',
    message:
      'model is "jisudance2.0-1080p", which does not exist here. Did you mean jisudance2.0-480p, jisudance2.0-720p, seedance2.0-1080p? GET /v1/video/models lists all of them.',
  },
  {
    asks: 'a text request without a prompt',
    body: { model: 'seedance2.0-480p' },
    code: 'missing_field',
    param: 'prompt',
    message: 'prompt is required: say what the video shows, or send media to start from.',
  },
];
