import { PICTURE, type RefusalCase, SOUND, VIDEO } from './refusal-case.ts';

export const VIDU_OPTION_REFUSALS: readonly RefusalCase[] = [
  {
    asks: 'a prompt that is too long',
    body: { model: 'viduq3p-720p', prompt: 'x'.repeat(5001) },
    code: 'invalid_value',
    param: 'prompt',
    message: 'prompt has 5001 characters; viduq3p-720p takes at most 5000.',
  },
  {
    asks: 'images, a field of Seedance and Veo',
    body: { model: 'viduq3p-720p', prompt: 'a fox', images: [PICTURE] },
    code: 'unsupported_field',
    param: 'images',
    message: 'images is not supported by viduq3p-720p; its media fields are image, last_image, reference_image_urls.',
  },
  {
    asks: 'video, a field of Seedance and Veo',
    body: { model: 'viduq3p-720p', prompt: 'a fox', video: VIDEO },
    code: 'unsupported_field',
    param: 'video',
    message: 'video is not supported by viduq3p-720p; its media fields are image, last_image, reference_image_urls.',
  },
  {
    asks: 'audios, a field of Seedance',
    body: { model: 'viduq3p-720p', prompt: 'a fox', audios: [SOUND] },
    code: 'unsupported_field',
    param: 'audios',
    message: 'audios is not supported by viduq3p-720p; its media fields are image, last_image, reference_image_urls.',
  },
  {
    asks: 'content, a field of Seedance',
    body: { model: 'viduq3p-720p', prompt: 'a fox', content: [{ type: 'text', text: 'a fox' }] },
    code: 'unsupported_field',
    param: 'content',
    message: 'content is not supported by viduq3p-720p; it belongs to the seedance2.0 models.',
  },
  {
    asks: 'operation, a word of Seedance',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { operation: 'edit_video' } },
    code: 'unsupported_field',
    param: 'extra_body.operation',
    message: 'extra_body.operation is not supported by viduq3p-720p; it belongs to the seedance2.0 models.',
  },
  {
    asks: 'an option of Veo',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { negative_prompt: 'blur' } },
    code: 'unsupported_field',
    param: 'extra_body.negative_prompt',
    message:
      'extra_body.negative_prompt is not supported by viduq3p-720p from a prompt alone. Options here: movement_amplitude, watermark, wm_position, wm_url, meta_data.',
  },
  {
    asks: 'an option of Seedance',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { camera_fixed: true } },
    code: 'unsupported_field',
    param: 'extra_body.camera_fixed',
    message:
      'extra_body.camera_fixed is not supported by viduq3p-720p from a prompt alone. Options here: movement_amplitude, watermark, wm_position, wm_url, meta_data.',
  },
  {
    asks: 'an option that only frames have',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { is_rec: true } },
    code: 'unsupported_field',
    param: 'extra_body.is_rec',
    message:
      'extra_body.is_rec is not supported by viduq3p-720p from a prompt alone. Options here: movement_amplitude, watermark, wm_position, wm_url, meta_data.',
  },
  {
    asks: 'an option with a word that it lacks',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { movement_amplitude: 'huge' } },
    code: 'invalid_value',
    param: 'extra_body.movement_amplitude',
    message: 'extra_body.movement_amplitude is "huge"; it must be auto, small, medium or large.',
  },
  {
    asks: 'an option beyond its range',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { wm_position: 5 } },
    code: 'invalid_value',
    param: 'extra_body.wm_position',
    message: 'extra_body.wm_position is 5; it must be at most 4.',
  },
  {
    asks: 'an option that is neither true nor false',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { watermark: 'maybe' } },
    code: 'invalid_value',
    param: 'extra_body.watermark',
    message: 'extra_body.watermark is "maybe"; it must be true or false.',
  },
  {
    asks: 'an option that must be JSON text',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { meta_data: 'x' } },
    code: 'invalid_value',
    param: 'extra_body.meta_data',
    message: 'extra_body.meta_data is "x"; it must be JSON text.',
  },
  {
    asks: 'a seed below zero',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { seed: -1 } },
    code: 'invalid_value',
    param: 'extra_body.seed',
    message: 'extra_body.seed is -1; viduq3p-720p takes 0 to 2147483647.',
  },
  {
    asks: 'off_peak on a name without it',
    body: { model: 'viduq3p-720p', prompt: 'a fox', extra_body: { off_peak: true } },
    code: 'conflicting_inputs',
    param: 'extra_body.off_peak',
    message:
      'extra_body.off_peak is true, but viduq3p-720p never waits for off-peak hours: choose a model whose name ends in -offpeak.',
  },
  {
    asks: 'no off_peak on a name with it',
    body: { model: 'viduq3p-720p-offpeak', prompt: 'a fox', off_peak: false },
    code: 'conflicting_inputs',
    param: 'off_peak',
    message:
      'off_peak is false, but viduq3p-720p-offpeak always waits for off-peak hours: choose a model whose name does not end in -offpeak.',
  },
  {
    asks: 'a data URI of text',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: 'data:text/plain;base64,aGk=' },
    code: 'invalid_value',
    param: 'image',
    message: 'image is "data:text/plain;base64,aGk="; a data URI must look like data:image/…;base64,….',
  },
  {
    asks: 'a data URI that is not base64',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: 'data:image/png;base64,!!!' },
    code: 'input_invalid',
    param: 'image',
    message: 'image cannot be used: its data URI is not valid base64.',
  },
  {
    asks: 'a data URI that holds no picture',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: 'data:image/png;base64,aGk=' },
    code: 'input_invalid',
    param: 'image',
    message:
      'image cannot be used: this looks like no media file known here; only PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC, MP4, MOV, AVI, M4A, MP3 and WAV are taken.',
  },
  {
    asks: 'a data URI cut in the middle of its address',
    body: { model: 'viduq3p-720p', prompt: 'a fox', image: 'data:image/png' },
    code: 'invalid_value',
    param: 'image',
    message: 'image is "data:image/png"; a data URI must look like data:image/…;base64,….',
  },
];
