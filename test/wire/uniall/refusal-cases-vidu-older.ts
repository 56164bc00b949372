import { PICTURE, type RefusalCase, VIDEO } from './refusal-case.ts';

export const VIDU_OLDER_REFUSALS: readonly RefusalCase[] = [
  {
    asks: 'a size that vidu2.0 does not have at 8 seconds',
    body: { model: 'vidu2.0', image: PICTURE, duration: 8, resolution: '1080p' },
    code: 'invalid_value',
    param: 'resolution',
    message: 'resolution is "1080p"; vidu2.0 takes 720p at 8 seconds.',
  },
  {
    asks: 'a length that Q2 has from one frame, from two',
    body: { model: 'viduq2-pro', image: PICTURE, last_image: PICTURE, duration: 9 },
    code: 'invalid_value',
    param: 'duration',
    message: 'duration is 9; viduq2-pro takes 1 to 8 seconds from a first and a last frame.',
  },
  {
    asks: 'a ratio that came with Q2',
    body: { model: 'viduq1', prompt: 'a fox', aspect_ratio: '3:4' },
    code: 'invalid_value',
    param: 'aspect_ratio',
    message: 'aspect_ratio is "3:4"; viduq1 takes 16:9, 9:16 or 1:1 from a prompt alone.',
  },
  {
    asks: 'sound from references that the prompt does not name',
    body: { model: 'viduq2', prompt: 'a fox', reference_image_urls: [PICTURE], generate_audio: true },
    code: 'conflicting_inputs',
    param: 'generate_audio',
    message: 'viduq2 makes sound from references only when the prompt names them, such as @Image1.',
  },
  {
    asks: 'a voice without sound',
    body: { model: 'viduq2-turbo', image: PICTURE, extra_body: { voice_id: 'v' } },
    code: 'conflicting_inputs',
    param: 'extra_body.voice_id',
    message: 'voice_id goes along with sound only: ask for audio too, or leave it out.',
  },
  {
    asks: 'a reference video',
    body: { model: 'viduq2', prompt: 'a fox', reference_image_urls: [PICTURE], videos: [VIDEO] },
    code: 'unsupported_field',
    param: 'videos',
    message: 'videos is not supported by viduq2; its media fields are image, last_image, reference_image_urls.',
  },
];
