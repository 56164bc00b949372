import { describe, expect, test } from 'vitest';
import type { Media } from './media-options.ts';
import { type GenerateOptions, optionOf, requestBody } from './request-body.ts';

const NO_MEDIA: Media<string> = { refs: [], videos: [], audios: [] };
const body = (options: Partial<GenerateOptions>, more: { family?: string; media?: Partial<Media<string>> } = {}) =>
  requestBody({
    prompt: 'a fox',
    options: { model: 'm', ...options },
    family: more.family,
    media: { ...NO_MEDIA, ...more.media },
  });

test('what is not said is not sent', () => {
  expect(body({})).toEqual({ model: 'm', prompt: 'a fox' });
});

test('every option has its field', () => {
  const options = { duration: '5', ratio: '9:16', size: '720p', seed: '7', sound: false };
  expect(body(options)).toEqual({
    model: 'm',
    prompt: 'a fox',
    duration: 5,
    aspect_ratio: '9:16',
    size: '720p',
    seed: 7,
    audio: false,
  });
});

test('what is no number goes as it was typed, so that the server can quote it', () => {
  expect(body({ duration: 'five' })).toMatchObject({ duration: 'five' });
});

describe('families', () => {
  const media = { refs: ['https://h/a.png'], videos: ['https://h/b.mp4'], audios: ['file_5'] };
  const { refs, videos, audios } = media;
  test.each([
    ['vidu', { reference_image_urls: refs, videos, audios }],
    ['seedance', { images: refs, videos, audios }],
    ['jisudance', { images: refs, videos, audios }],
    ['veo', { images: refs, video: videos[0], audios }],
  ])('%s gets its media under its own names', (family, expected) => {
    expect(body({}, { family, media })).toEqual({ model: 'm', prompt: 'a fox', ...expected });
  });

  test('a second video is sent too, for the server to refuse it by name', () => {
    const two = ['https://h/1.mp4', 'https://h/2.mp4'];
    expect(body({}, { family: 'veo', media: { videos: two } })).toMatchObject({ videos: two });
  });

  test('frames have fields of their own', () => {
    expect(body({}, { media: { image: 'file_1', lastImage: 'file_2' } })).toMatchObject({
      image: 'file_1',
      last_image: 'file_2',
    });
  });
});

test('a field of a refusal leads back to its option', () => {
  expect(['reference_image_urls[2]', 'extra_body.seed', 'content[0].image_url', 'videos'].map(optionOf)).toEqual([
    '--ref',
    '--seed',
    undefined,
    '--video',
  ]);
});
