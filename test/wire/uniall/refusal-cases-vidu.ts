import { PICTURE, type RefusalCase } from './refusal-case.ts';

export const VIDU_REFUSALS: readonly RefusalCase[] = [
  {
    asks: 'last_image alone',
    body: { model: 'viduq3p-720p', prompt: 'a fox', last_image: PICTURE },
    code: 'conflicting_inputs',
    param: 'last_image',
    message: 'last_image is only supported together with image. Send both, or send this picture as image.',
  },
  {
    asks: 'references with image',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: PICTURE, reference_image_urls: [PICTURE] },
    code: 'conflicting_inputs',
    param: 'reference_image_urls',
    message:
      'image and reference_image_urls cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'references with last_image',
    body: { model: 'viduq3p-720p', prompt: 'a fox', last_image: PICTURE, reference_image_urls: [PICTURE] },
    code: 'conflicting_inputs',
    param: 'reference_image_urls',
    message:
      'last_image and reference_image_urls cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'a -mix name without references',
    body: { model: 'viduq3p-mix-720p', prompt: 'a fox' },
    code: 'missing_field',
    param: 'reference_image_urls',
    message:
      'reference_image_urls is required: viduq3p-mix-720p makes no video from a prompt alone. It takes reference_image_urls.',
  },
  {
    asks: 'a -mix name with an empty list of references',
    body: { model: 'viduq3p-mix-1080p', prompt: 'a fox', reference_image_urls: [] },
    code: 'missing_field',
    param: 'reference_image_urls',
    message:
      'reference_image_urls is required: viduq3p-mix-1080p makes no video from a prompt alone. It takes reference_image_urls.',
  },
  {
    asks: 'a -mix name with a first frame',
    body: { model: 'viduq3p-mix-720p', prompt: 'a fox', image: PICTURE },
    code: 'unsupported_field',
    param: 'image',
    message:
      'image is not supported here: viduq3p-mix-720p makes no video from a first frame. It takes reference_image_urls.',
  },
  {
    asks: 'the mix at 540p',
    body: { model: 'viduq3p-mix-540p', prompt: 'a fox', reference_image_urls: [PICTURE] },
    code: 'unknown_model',
    param: 'model',
    message:
      'model is "viduq3p-mix-540p", which does not exist here. Did you mean viduq3p-mix-720p, viduq3p-mix-1080p, viduq3p-540p? GET /v1/video/models lists all of them.',
  },
  {
    asks: 'the mix in off-peak hours',
    body: { model: 'viduq3p-mix-720p-offpeak', prompt: 'a fox', reference_image_urls: [PICTURE] },
    code: 'unknown_model',
    param: 'model',
    message:
      'model is "viduq3p-mix-720p-offpeak", which does not exist here. Did you mean viduq3p-720p-offpeak, viduq3t-720p-offpeak, viduq3p-1080p-offpeak? GET /v1/video/models lists all of them.',
  },
  {
    asks: 'the mix of turbo',
    body: { model: 'viduq3t-mix-720p', prompt: 'a fox', reference_image_urls: [PICTURE] },
    code: 'unknown_model',
    param: 'model',
    message:
      'model is "viduq3t-mix-720p", which does not exist here. Did you mean viduq3p-mix-720p, viduq3p-mix-1080p, viduq3t-720p? GET /v1/video/models lists all of them.',
  },
  {
    asks: 'a duration under 1',
    body: { model: 'viduq3p-720p', prompt: 'a fox', duration: 0 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 0; viduq3p-720p takes 1 to 16 seconds from a prompt alone.',
  },
  {
    asks: 'a duration over 16',
    body: { model: 'viduq3p-720p', prompt: 'a fox', duration: 17 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 17; viduq3p-720p takes 1 to 16 seconds from a prompt alone.',
  },
  {
    asks: 'a duration over 16 from a first frame, as text',
    body: { model: 'viduq3t-540p', image: PICTURE, duration: '17' },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 17; viduq3t-540p takes 1 to 16 seconds from a first frame.',
  },
  {
    asks: 'a duration over 16 from two frames',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: PICTURE, last_image: PICTURE, duration: 20 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 20; viduq3p-720p takes 1 to 16 seconds from a first and a last frame.',
  },
  {
    asks: '2 s from references: they start at 3',
    body: { model: 'viduq3p-720p', prompt: 'a fox', reference_image_urls: [PICTURE], duration: 2 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 2; viduq3p-720p takes 3 to 16 seconds from references.',
  },
  {
    asks: '2 s from references on turbo',
    body: { model: 'viduq3t-720p', prompt: 'a fox', reference_image_urls: [PICTURE], duration: 2 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 2; viduq3t-720p takes 3 to 16 seconds from references.',
  },
  {
    asks: '17 s of the mix',
    body: { model: 'viduq3p-mix-720p', prompt: 'a fox', reference_image_urls: [PICTURE], duration: 17 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 17; viduq3p-mix-720p takes 1 to 16 seconds from references.',
  },
  {
    asks: 'a duration that is no number',
    body: { model: 'viduq3p-720p', prompt: 'a fox', duration: '5s' },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is "5s"; it must be a whole number, or a string that holds one.',
  },
  {
    asks: 'a duration with a fraction',
    body: { model: 'viduq3p-720p', prompt: 'a fox', duration: 5.5 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 5.5; it must be a whole number, or a string that holds one.',
  },
  {
    asks: 'a size that disagrees with the tier',
    body: { model: 'viduq3p-720p', prompt: 'a fox', size: '1080p' },
    code: 'invalid_value',
    param: 'size',
    message:
      'size is "1080p"; viduq3p-720p takes 720p, or exact pixels such as 1280x720. The tier is part of the model’s name: choose another model for another tier.',
  },
  {
    asks: 'pixels of another tier',
    body: { model: 'viduq3p-720p', prompt: 'a fox', size: '1920x1080' },
    code: 'invalid_value',
    param: 'size',
    message:
      'size is "1920x1080"; viduq3p-720p takes 720p, or exact pixels such as 1280x720. The tier is part of the model’s name: choose another model for another tier.',
  },
  {
    asks: 'pixels that disagree with the ratio',
    body: { model: 'viduq3p-720p', prompt: 'a fox', size: '1280x720', aspect_ratio: '9:16' },
    code: 'conflicting_inputs',
    param: 'aspect_ratio',
    message: 'aspect_ratio is 9:16, but size 1280x720 is 16:9. Send one of them, or let them agree.',
  },
  {
    asks: 'a size that is a number',
    body: { model: 'viduq3p-720p', prompt: 'a fox', size: 720 },
    code: 'invalid_value',
    param: 'size',
    message: 'size is 720; it must be a string.',
  },
  {
    asks: 'pixels where the picture decides them',
    body: { model: 'viduq3t-540p', image: PICTURE, size: '960x540' },
    code: 'invalid_value',
    param: 'size',
    message:
      'size is "960x540"; viduq3t-540p takes 540p. The tier is part of the model’s name: choose another model for another tier.',
  },
  {
    asks: 'a tier that the vendor’s own model lacks',
    body: { model: 'viduq3-pro', prompt: 'a fox', size: '4k' },
    code: 'invalid_value',
    param: 'size',
    message: 'size is "4k"; viduq3-pro takes 540p, 720p or 1080p, or exact pixels such as 960x540.',
  },
  {
    asks: 'size and resolution that differ',
    body: { model: 'viduq3p-720p', prompt: 'a fox', size: '720p', resolution: '1080p' },
    code: 'conflicting_inputs',
    param: 'resolution',
    message: 'size is "720p" and resolution is "1080p"; they mean the same. Send one of them.',
  },
  {
    asks: 'a ratio that Vidu lacks',
    body: { model: 'viduq3p-720p', prompt: 'a fox', aspect_ratio: '21:9' },
    code: 'invalid_value',
    param: 'aspect_ratio',
    message: 'aspect_ratio is "21:9"; viduq3p-720p takes 16:9, 9:16, 1:1, 4:3 or 3:4 from a prompt alone.',
  },
  {
    asks: 'a ratio that nobody has',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: PICTURE, aspect_ratio: 'wide' },
    code: 'invalid_value',
    param: 'aspect_ratio',
    message: 'aspect_ratio is "wide"; it must be a ratio such as 16:9.',
  },
  {
    asks: 'eight references',
    body: { model: 'viduq3p-720p', prompt: 'a fox', reference_image_urls: Array(8).fill(PICTURE) },
    code: 'invalid_value',
    param: 'reference_image_urls',
    message: 'reference_image_urls holds 8 reference images; viduq3p-720p takes 1 to 7.',
  },
  {
    asks: 'a prompt that names a reference which is not there',
    body: { model: 'viduq3p-720p', prompt: '@Image1 and @Image3', reference_image_urls: [PICTURE] },
    code: 'invalid_value',
    param: 'prompt',
    message: 'prompt names @Image3, but there is 1 reference image: only @Image1 can be named.',
  },
  {
    asks: 'a text request without a prompt',
    body: { model: 'viduq3p-720p' },
    code: 'missing_field',
    param: 'prompt',
    message: 'prompt is required: say what the video shows, or send media to start from.',
  },
  {
    asks: 'references without a prompt',
    body: { model: 'viduq3t-720p', reference_image_urls: [PICTURE] },
    code: 'missing_field',
    param: 'prompt',
    message: 'prompt is required when a video is made from references.',
  },
];
