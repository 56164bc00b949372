import type { RefusalCase } from './refusal-case.ts';

const vidu = { model: 'viduq3p-720p', prompt: 'a fox' };
const seedance = { model: 'seedance2.0-720p', prompt: 'a fox' };
const veo = { model: 'veo3.1-video-720p', prompt: 'a fox' };
const at = (name: string): string => `{MEDIA}/${name}`;

/** What lies behind an address, against the limits of the model. */
export const INPUT_REFUSALS: readonly RefusalCase[] = [
  {
    asks: 'a picture wider than 4:1',
    body: { ...vidu, image: at('wide.png') },
    code: 'input_invalid',
    param: 'image',
    message: 'image is 1000 x 200 px, 5 times as wide as high; 0.25 to 4 times is allowed.',
  },
  {
    asks: 'a reference under 128 px',
    body: { ...vidu, reference_image_urls: [at('small.png'), at('tiny.png')] },
    code: 'input_invalid',
    param: 'reference_image_urls[1]',
    message: 'reference_image_urls[1] is 100 x 100 px; each side must have at least 128 px.',
  },
  {
    asks: 'frames of unlike sizes',
    body: { ...vidu, image: at('small.png'), last_image: at('large.png') },
    code: 'input_invalid',
    param: 'last_image',
    message:
      'image is 640 x 360 px and last_image 1280 x 720 px: the first frame has 0.25 times the pixels of the last; 0.8 to 1.25 times is allowed.',
  },
  {
    asks: 'a GIF that is cut off',
    body: { ...vidu, image: at('broken.gif') },
    code: 'input_invalid',
    param: 'image',
    message:
      'image is image/gif; this model takes image/png, image/jpeg, image/webp. It cannot be converted here: it could not be decoded; send it as JPEG or PNG.',
  },
  {
    asks: 'a turned JPEG whose pixels are noise',
    body: { ...vidu, image: at('broken-turned.jpg') },
    code: 'input_invalid',
    param: 'image',
    message: 'image is turned by EXIF and cannot be set upright here: it could not be decoded; send it as JPEG or PNG.',
  },
  {
    asks: 'a picture that is not there',
    body: { ...vidu, image: at('nowhere.png') },
    code: 'input_unreachable',
    param: 'image',
    message:
      'image cannot be used: {MEDIA}/nowhere.png: the server answered 404; it must answer with the content itself.',
  },
  {
    asks: 'several pictures that are wrong',
    body: { ...vidu, image: at('wide.png'), last_image: at('nowhere.png') },
    code: 'input_invalid',
    param: 'image',
    message: 'image is 1000 x 200 px, 5 times as wide as high; 0.25 to 4 times is allowed.',
    issues: [
      ['image', 'input_invalid', 'image is 1000 x 200 px, 5 times as wide as high; 0.25 to 4 times is allowed.'],
      [
        'last_image',
        'input_unreachable',
        'last_image cannot be used: {MEDIA}/nowhere.png: the server answered 404; it must answer with the content itself.',
      ],
    ],
  },
  {
    asks: 'a picture under 300 px',
    body: { ...seedance, image: at('tiny.png') },
    code: 'input_invalid',
    param: 'image',
    message: 'image is 100 x 100 px; each side must have at least 300 px.',
  },
  {
    asks: 'a picture wider than 2.5 times',
    body: { ...seedance, image: at('wide3.png') },
    code: 'input_invalid',
    param: 'image',
    message: 'image is 900 x 300 px, 3 times as wide as high; 0.4 to 2.5 times is allowed.',
  },
  {
    asks: 'a picture that unpacks to 900 million pixels',
    body: { ...seedance, image: at('bomb.png') },
    code: 'input_invalid',
    param: 'image',
    message:
      'image is 30000 x 30000 px; each side may have at most 6000 px. It cannot be converted here: it has 900000000 pixels; at most 120000000 are decoded.',
  },
  {
    asks: 'a video of 1 s',
    body: { ...seedance, videos: [at('one.mp4')] },
    code: 'input_invalid',
    param: 'videos[0]',
    message: 'videos[0] is 1 s long; this model takes 2 to 15 s.',
  },
  {
    asks: 'a video with too few pixels',
    body: { ...seedance, videos: [at('small.mp4')] },
    code: 'input_invalid',
    param: 'videos[0]',
    message: 'videos[0] is 640 x 360 px, 230400 pixels; 407696 to 8295044 pixels are allowed.',
  },
  {
    asks: 'a video with too few frames',
    body: { ...seedance, videos: [at('slow.mp4')] },
    code: 'input_invalid',
    param: 'videos[0]',
    message: 'videos[0] has 10.007 frames per second; 24 to 60 are allowed.',
  },
  {
    asks: 'a video of AV1',
    body: { ...seedance, videos: [at('av1.mp4')] },
    code: 'input_invalid',
    param: 'videos[0]',
    message: 'videos[0] has pictures coded as av1; this model takes h264, hevc.',
  },
  {
    asks: 'a video that is cut off',
    body: { ...seedance, videos: [at('half.mp4')] },
    code: 'input_invalid',
    param: 'videos[0]',
    message: 'videos[0] cannot be used: a box at byte 20 goes on after the end of the file.',
  },
  {
    asks: 'videos of 18 s in all',
    body: { ...seedance, videos: [at('nine.mp4'), at('nine.mp4')] },
    code: 'input_invalid',
    param: 'videos',
    message: 'videos holds reference videos of 18 s in all; at most 15 s are allowed.',
  },
  {
    asks: 'sounds of 18 s in all',
    body: { ...seedance, images: [at('large.png')], audios: [at('nine.wav'), at('nine.wav')] },
    code: 'input_invalid',
    param: 'audios',
    message: 'audios holds reference sounds of 18 s in all; at most 15 s are allowed.',
  },
  {
    asks: 'a sound of 1 s',
    body: { ...seedance, images: [at('large.png')], audios: [at('short.wav')] },
    code: 'input_invalid',
    param: 'audios[0]',
    message: 'audios[0] is 1 s long; this model takes 2 to 15 s.',
  },
  {
    asks: 'a sound that is M4A',
    body: { ...seedance, images: [at('large.png')], audios: [at('dolby.m4a')] },
    code: 'input_invalid',
    param: 'audios[0]',
    message: 'audios[0] is audio/mp4; this model takes audio/wav, audio/mpeg.',
  },
  {
    asks: 'a picture in place of a video',
    body: { ...seedance, videos: [at('large.png')] },
    code: 'input_invalid',
    param: 'videos[0]',
    message: 'videos[0] is image/png; it must be a video.',
  },
  {
    asks: 'a source of 31 s',
    body: { ...veo, video: at('long.mp4') },
    code: 'input_invalid',
    param: 'video',
    message: 'video is 31 s long; this model takes 1 to 30 s.',
  },
  {
    asks: 'a file that was never uploaded',
    body: { ...vidu, image: 'file_123' },
    code: 'input_invalid',
    param: 'image',
    message:
      'image is file_123, which is not a file of this project: it was never uploaded here, was deleted, or has expired.',
  },
];
