import { expect, test } from 'vitest';
import { pngOf } from '../../harness/media-server.ts';
import { openViduClient } from './client.ts';
import { dataUri, picture, refusalOf, type ViduTarget } from './scenario-target.ts';

const MODEL = 'viduq3-turbo';
const image = dataUri(picture());
const TEXT = { model: MODEL, prompt: 'a fox' };

/** Endpoint, body, and the reason; a word of the message names the field. */
const REFUSALS: readonly (readonly [name: string, endpoint: string, body: object, reason: string, named?: string])[] = [
  ['no model', 'text2video', { prompt: 'a fox' }, 'FieldLacking', 'model'],
  ['no prompt', 'text2video', { model: MODEL }, 'FieldLacking', 'prompt'],
  ['no references', 'reference2video', TEXT, 'FieldLacking', 'images'],
  ['a model nobody has', 'text2video', { ...TEXT, model: 'viduq9' }, 'ModelUnavailable', 'viduq9'],
  ['a model of another endpoint', 'text2video', { ...TEXT, model: 'viduq3' }, 'FieldInvalid', 'model'],
  [
    'viduq2 between two frames',
    'start-end2video',
    { model: 'viduq2', images: [image, image] },
    'FieldInvalid',
    'model',
  ],
  ['17 seconds', 'text2video', { ...TEXT, duration: 17 }, 'FieldInvalid', 'duration'],
  ['2 seconds of references', 'reference2video', { ...TEXT, images: [image], duration: 2 }, 'FieldInvalid', 'duration'],
  ['an unknown resolution', 'text2video', { ...TEXT, resolution: '4K' }, 'FieldInvalid', 'resolution'],
  ['an unknown ratio', 'text2video', { ...TEXT, aspect_ratio: '5:7' }, 'FieldInvalid', 'aspect_ratio'],
  ['an unknown movement', 'text2video', { ...TEXT, movement_amplitude: 'huge' }, 'FieldInvalid', 'movement_amplitude'],
  ['a prompt of 5001 characters', 'text2video', { ...TEXT, prompt: 'a'.repeat(5001) }, 'FieldInvalid', 'prompt'],
  ['a prompt that is a number', 'text2video', { ...TEXT, prompt: 5 }, 'FieldInvalid', 'prompt'],
  ['position 5', 'text2video', { ...TEXT, watermark: true, wm_position: 5 }, 'FieldInvalid', 'wm_position'],
  ['two images for one', 'img2video', { ...TEXT, images: [image, image] }, 'FieldItemCountOutOfRange', 'images'],
  ['one frame for two', 'start-end2video', { ...TEXT, images: [image] }, 'FieldItemCountOutOfRange', 'images'],
  ['8 references', 'reference2video', { ...TEXT, images: Array(8).fill(image) }, 'FieldItemCountOutOfRange', 'images'],
  [
    'subjects on viduq3-mix',
    'reference2video',
    { ...TEXT, model: 'viduq3-mix', subjects: [{ name: 'a', images: [image] }] },
    'FieldUnwanted',
    'subjects',
  ],
  ['a link to nothing', 'img2video', { ...TEXT, images: ['http://127.0.0.1:1/none.png'] }, 'ImageDownloadFailure'],
  ['an image that is none', 'img2video', { ...TEXT, images: ['data:image/png;base64,AAAA'] }, 'ImageFormatInvalid'],
  [
    'a 1:5 image',
    'img2video',
    { ...TEXT, images: [dataUri(pngOf({ width: 200, height: 1000 }))] },
    'PageSizeOutOfRange',
  ],
  [
    'a tiny reference',
    'reference2video',
    { ...TEXT, images: [dataUri(pngOf({ width: 100, height: 100 }))] },
    'PageSizeOutOfRange',
  ],
];

/** Registers what Vidu refuses, and the names it gives. */
export function refusalTests(target: () => ViduTarget): void {
  const client = () => openViduClient(target().account);

  test.each(REFUSALS)('%s is refused', async (_, endpoint, body, reason, named = '') => {
    const refusal = await refusalOf(client().send('POST', `/${endpoint}`, body));
    expect(refusal).toMatchObject({ status: 400, reason });
    expect(refusal.message).toContain(named);
  });

  test('a body that is no JSON is refused, as the page prints one', async () => {
    const printed = '{"model": "viduq3-turbo", "prompt": "a fox", "movement_amplitude": "auto",\n}';
    expect((await refusalOf(client().send('POST', '/text2video', printed))).status).toBe(400);
    expect((await refusalOf(client().send('POST', '/text2video', '[]'))).status).toBe(400);
  });

  test('an unknown path is refused in the same form', async () => {
    expect(await refusalOf(client().send('GET', '/nothing/here'))).toMatchObject({ status: 404, reason: 'NotFound' });
  });
}
