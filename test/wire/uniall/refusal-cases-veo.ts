import { type RefusalCase, SOUND } from './refusal-case.ts';

export const VEO_REFUSALS: readonly RefusalCase[] = [
  {
    asks: 'one reference image',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', images: ['{MEDIA}/picture.png'] },
    code: 'invalid_value',
    param: 'images',
    message: 'images holds 1 reference image; veo3.1-video-720p takes 2 or 3.',
  },
  {
    asks: 'four reference images',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', images: Array(4).fill('{MEDIA}/picture.png') },
    code: 'invalid_value',
    param: 'images',
    message: 'images holds 4 reference images; veo3.1-video-720p takes 2 or 3.',
  },
  {
    asks: 'references on fast',
    body: { model: 'veo3.1-fast-video-1080p', prompt: 'a fox', images: ['{MEDIA}/picture.png', '{MEDIA}/picture.png'] },
    code: 'unsupported_field',
    param: 'images',
    message:
      'images is not supported here: veo3.1-fast-video-1080p makes no video from references. It takes prompt alone; or image; or image with last_image; or video.',
  },
  {
    asks: 'references on lite',
    body: {
      model: 'veo-3.1-lite-generate-001',
      prompt: 'a fox',
      images: ['{MEDIA}/picture.png', '{MEDIA}/picture.png'],
    },
    code: 'unsupported_field',
    param: 'images',
    message:
      'images is not supported here: veo-3.1-lite-generate-001 makes no video from references. It takes prompt alone; or image; or image with last_image.',
  },
  {
    asks: 'extension on lite',
    body: { model: 'veo-3.1-lite-generate-001', video: '{MEDIA}/picture.png' },
    code: 'unsupported_field',
    param: 'video',
    message:
      'video is not supported here: veo-3.1-lite-generate-001 makes no video from a video to extend. It takes prompt alone; or image; or image with last_image.',
  },
  {
    asks: 'image with video',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', image: '{MEDIA}/picture.png', video: '{MEDIA}/picture.png' },
    code: 'conflicting_inputs',
    param: 'video',
    message:
      'image and video cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'image with references',
    body: {
      model: 'veo3.1-video-720p',
      prompt: 'a fox',
      image: '{MEDIA}/picture.png',
      images: ['{MEDIA}/picture.png', '{MEDIA}/picture.png'],
    },
    code: 'conflicting_inputs',
    param: 'images',
    message:
      'image and images cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'references with video',
    body: {
      model: 'veo3.1-video-720p',
      prompt: 'a fox',
      images: ['{MEDIA}/picture.png', '{MEDIA}/picture.png'],
      video: '{MEDIA}/picture.png',
    },
    code: 'conflicting_inputs',
    param: 'video',
    message:
      'images and video cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'last_image with video',
    body: {
      model: 'veo3.1-video-720p',
      prompt: 'a fox',
      last_image: '{MEDIA}/picture.png',
      video: '{MEDIA}/picture.png',
    },
    code: 'conflicting_inputs',
    param: 'video',
    message:
      'last_image and video cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'last_image alone',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', last_image: '{MEDIA}/picture.png' },
    code: 'conflicting_inputs',
    param: 'last_image',
    message: 'last_image is only supported together with image. Send both, or send this picture as image.',
  },
  {
    asks: '5 seconds',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', duration: 5 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 5; veo3.1-video-720p takes 4, 6 or 8 seconds from a prompt alone.',
  },
  {
    asks: '5 seconds from references',
    body: {
      model: 'veo3.1-video-720p',
      prompt: 'a fox',
      images: ['{MEDIA}/picture.png', '{MEDIA}/picture.png'],
      duration: 5,
    },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 5; veo3.1-video-720p takes 8 seconds from references.',
  },
  {
    asks: 'a square',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', aspect_ratio: '1:1' },
    code: 'invalid_value',
    param: 'aspect_ratio',
    message: 'aspect_ratio is "1:1"; veo3.1-video-720p takes 16:9 or 9:16 from a prompt alone.',
  },
  {
    asks: 'a size that disagrees with the tier',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', size: '1080p' },
    code: 'invalid_value',
    param: 'size',
    message:
      'size is "1080p"; veo3.1-video-720p takes 720p, or exact pixels such as 1280x720. The tier is part of the model’s name: choose another model for another tier.',
  },
  {
    asks: '4k of lite',
    body: { model: 'veo-3.1-lite-generate-001', prompt: 'a fox', size: '4k' },
    code: 'invalid_value',
    param: 'size',
    message: 'size is "4k"; veo-3.1-lite-generate-001 takes 720p or 1080p, or exact pixels such as 1280x720.',
  },
  {
    asks: 'a text request without a prompt',
    body: { model: 'veo3.1-video-4k' },
    code: 'missing_field',
    param: 'prompt',
    message: 'prompt is required: say what the video shows, or send media to start from.',
  },
  {
    asks: 'an option of Vidu',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', extra_body: { bgm: true } },
    code: 'unsupported_field',
    param: 'extra_body.bgm',
    message:
      'extra_body.bgm is not supported by veo3.1-video-720p from a prompt alone. Options here: negative_prompt, enhance_prompt, person_generation, compression_quality.',
  },
  {
    asks: 'an option of Seedance',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', extra_body: { return_last_frame: true } },
    code: 'unsupported_field',
    param: 'extra_body.return_last_frame',
    message:
      'extra_body.return_last_frame is not supported by veo3.1-video-720p from a prompt alone. Options here: negative_prompt, enhance_prompt, person_generation, compression_quality.',
  },
  {
    asks: 'an option that only frames have',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', resize_mode: 'pad' },
    code: 'unsupported_field',
    param: 'resize_mode',
    message:
      'resize_mode is not supported by veo3.1-video-720p from a prompt alone. Options here: negative_prompt, enhance_prompt, person_generation, compression_quality.',
  },
  {
    asks: 'a prompt that may not be enhanced',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', extra_body: { enhance_prompt: false } },
    code: 'invalid_value',
    param: 'extra_body.enhance_prompt',
    message: 'extra_body.enhance_prompt is false; it must be true: Veo 3 always improves the prompt.',
  },
  {
    asks: 'a seed over 32 bits',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', extra_body: { seed: 4294967296 } },
    code: 'invalid_value',
    param: 'extra_body.seed',
    message: 'extra_body.seed is 4294967296; veo3.1-video-720p takes 0 to 4294967295.',
  },
  {
    asks: 'persons by a word that does not exist',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', extra_body: { person_generation: 'all' } },
    code: 'invalid_value',
    param: 'extra_body.person_generation',
    message: 'extra_body.person_generation is "all"; it must be allow_adult, dont_allow or allow_all.',
  },
  {
    asks: 'audios, a field of Seedance',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', audios: [SOUND] },
    code: 'unsupported_field',
    param: 'audios',
    message: 'audios is not supported by veo3.1-video-720p; its media fields are image, last_image, images, video.',
  },
  {
    asks: 'content, a field of Seedance',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', content: [{ type: 'text', text: 'a fox' }] },
    code: 'unsupported_field',
    param: 'content',
    message: 'content is not supported by veo3.1-video-720p; it belongs to the seedance2.0 models.',
  },
  {
    asks: 'a host that does not exist',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', image: 'https://nowhere.invalid/a.png' },
    code: 'input_unreachable',
    param: 'image',
    message:
      'image cannot be used: https://nowhere.invalid/a.png: the host name nowhere.invalid cannot be found; use a name that public DNS knows.',
  },
  {
    asks: 'a picture that is not there',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', image: '{MEDIA}/none.png' },
    code: 'input_unreachable',
    param: 'image',
    message: 'image cannot be used: {MEDIA}/none.png: the server answered 404; it must answer with the content itself.',
  },
  {
    asks: 'an address on a private network',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', image: 'http://10.0.0.1/a.png' },
    code: 'input_unreachable',
    param: 'image',
    message:
      'image cannot be used: http://10.0.0.1/a.png: its address is not a public one; only public internet addresses are fetched (whoever runs this server can add exceptions with ONEREEL_FETCH_ALLOW).',
  },
  {
    asks: 'the metadata service of a cloud',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', image: 'http://169.254.169.254/latest/meta-data' },
    code: 'input_unreachable',
    param: 'image',
    message:
      'image cannot be used: http://169.254.169.254/latest/meta-data: its address is not a public one; only public internet addresses are fetched (whoever runs this server can add exceptions with ONEREEL_FETCH_ALLOW).',
  },
  {
    asks: 'a picture where a video is needed',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', video: '{MEDIA}/picture.png' },
    code: 'input_invalid',
    param: 'video',
    message: 'video is image/png; it must be a video.',
  },
  {
    asks: 'text where a picture is needed',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', image: '{MEDIA}/page.html' },
    code: 'input_invalid',
    param: 'image',
    message:
      'image cannot be used: this looks like an XML or SVG document; only PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC, MP4, MOV, AVI, M4A, MP3 and WAV are taken.',
  },
  {
    asks: 'a video data URI where a picture is needed',
    body: { model: 'veo3.1-video-720p', prompt: 'a fox', image: 'data:video/mp4;base64,AAAA' },
    code: 'invalid_value',
    param: 'image',
    message: 'image is "data:video/mp4;base64,AAAA"; a data URI must look like data:image/…;base64,….',
  },
];
