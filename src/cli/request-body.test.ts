import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { CliError } from './cli-error.ts';
import { type GenerateOptions, optionOf, requestBody } from './request-body.ts';

const folder = await mkdtemp(join(tmpdir(), 'onereel-arguments-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
await writeFile(join(folder, 'fox.txt'), PNG);
const dataUri = `data:image/png;base64,${PNG.toString('base64')}`;

const MEBIBYTE = 1024 * 1024;
const body = (options: Partial<GenerateOptions>, more: { family?: string; prompt?: string } = {}) =>
  requestBody({
    prompt: more.prompt ?? 'a fox',
    options: { model: 'm', ...options },
    family: more.family,
    folder,
    mostBodyBytes: MEBIBYTE,
  });
const refusal = async (options: Partial<GenerateOptions>): Promise<string> => {
  const error = await body(options).catch((thrown: unknown) => thrown);
  if (!(error instanceof CliError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  expect(error.exitCode).toBe(2);
  return error.message;
};

test('what is not said is not sent', async () => {
  expect(await body({})).toEqual({ model: 'm', prompt: 'a fox' });
});

test('every option has its field', async () => {
  const options = { duration: '5', ratio: '9:16', size: '720p', seed: '7', sound: false };
  expect(await body(options)).toEqual({
    model: 'm',
    prompt: 'a fox',
    duration: 5,
    aspect_ratio: '9:16',
    size: '720p',
    seed: 7,
    audio: false,
  });
});

test('what is no number goes as it was typed, so that the server can quote it', async () => {
  expect(await body({ duration: 'five' })).toMatchObject({ duration: 'five' });
});

describe('families', () => {
  const media = { ref: ['https://h/a.png'], video: ['https://h/b.mp4'], audio: ['https://h/c.mp3'] };
  test.each([
    ['vidu', { reference_image_urls: media.ref, videos: media.video, audios: media.audio }],
    ['seedance', { images: media.ref, videos: media.video, audios: media.audio }],
    ['jisudance', { images: media.ref, videos: media.video, audios: media.audio }],
    ['veo', { images: media.ref, video: media.video[0], audios: media.audio }],
  ])('%s gets its media under its own names', async (family, expected) => {
    expect(await body(media, { family })).toEqual({ model: 'm', prompt: 'a fox', ...expected });
  });

  test('a second video is sent too, for the server to refuse it by name', async () => {
    const video = ['https://h/1.mp4', 'https://h/2.mp4'];
    expect(await body({ video }, { family: 'veo' })).toMatchObject({ videos: video });
  });
});

describe('files', () => {
  test('a local picture goes as data URI, its type from its bytes', async () => {
    expect(await body({ image: 'fox.txt', lastImage: join(folder, 'fox.txt') })).toMatchObject({
      image: dataUri,
      last_image: dataUri,
    });
    const { href } = pathToFileURL(join(folder, 'fox.txt'));
    expect(await body({ ref: [href, 'https://h/a.png'] })).toMatchObject({ images: [dataUri, 'https://h/a.png'] });
  });

  test.each([
    ['JPEG', '\xff\xd8\xff\xe0', 'image/jpeg'],
    ['WebP', 'RIFF1234WEBPVP8 ', 'image/webp'],
    ['GIF', 'GIF89a', 'image/gif'],
  ])('%s is recognised', async (name, bytes, type) => {
    await writeFile(join(folder, name), bytes, 'latin1');
    expect((await body({ image: name }))['image']).toMatch(new RegExp(`^data:${type};base64,`));
  });

  test('what is no picture, no file, or too large is refused before anything is sent', async () => {
    await writeFile(join(folder, 'page.png'), '<html>');
    await writeFile(join(folder, 'large.png'), PNG);
    await truncate(join(folder, 'large.png'), MEBIBYTE);
    expect(await refusal({ image: 'page.png' })).toMatch(/^--image: page.png is not a picture/);
    expect(await refusal({ lastImage: 'none.png' })).toBe('--last-image: there is no file none.png.');
    expect(await refusal({ ref: ['.'] })).toBe('--ref: . is not a file.');
    expect(await refusal({ image: 'large.png' })).toMatch(/large.png has 1.0 MB; a local picture may have 688 kB/);
    expect(await refusal({ image: 'ftp://h/a.png' })).toMatch(/neither a file nor an http/);
  });

  test('pictures that are small enough alone can be too large together', async () => {
    await writeFile(join(folder, 'half.png'), PNG);
    await truncate(join(folder, 'half.png'), 500_000);
    expect(await refusal({ ref: ['half.png', 'half.png'] })).toMatch(/make a request of 1.3 MB; 1.0 MB can be sent/);
  });

  test('local videos and sounds are refused with the way out', async () => {
    expect(await refusal({ video: ['clip.mp4'] })).toMatch(/^--video: clip.mp4 is not a URL.*give its http\(s\) URL/);
    expect(await refusal({ audio: ['fox.txt'] })).toMatch(/^--audio: fox.txt is not a URL/);
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
