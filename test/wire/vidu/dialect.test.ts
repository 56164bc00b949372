import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { rgbaFromPicture } from '../../../src/studio/i420.ts';
import { contentsOf, decoded, strengthOf } from '../../../src/studio/testing/read-back.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, startMediaServer } from '../../harness/media-server.ts';
import { openViduClient, type TextWish, type ViduAccount } from './client.ts';
import { type CallbackReceiver, startCallbackReceiver } from './client-callbacks.ts';
import { viduScenario } from './scenario.ts';

let gateway: RunningGateway;
let media: MediaServer;
let receiver: CallbackReceiver;

beforeAll(async () => {
  [media, receiver] = await Promise.all([startMediaServer(), startCallbackReceiver()]);
  gateway = await startTestGateway({ env: { ONEREEL_FETCH_ALLOW: `${media.hostPort},${receiver.hostPort}` } });
});

afterAll(async () => {
  await discard(gateway);
  await Promise.all([media.close(), receiver.close()]);
});

const at = (prefix: string, word: ViduAccount['word']): ViduAccount => ({
  base: gateway.url + prefix,
  key: gateway.keys.test,
  word,
});

describe.each([
  ['/ent/v2', 'Token'],
  ['/v1/vidu', 'Bearer'],
] as const)('at %s with %s', (prefix, word) => {
  viduScenario(() => ({ account: at(prefix, word), media, receiver, endCalls: 2 }));
});

test('both words are taken at both prefixes, and a task is the same at both', async () => {
  const one = openViduClient(at('/ent/v2', 'Bearer'));
  const other = openViduClient(at('/v1/vidu', 'Token'));
  const made = await one.text2video({ model: 'viduq3-turbo', prompt: 'a fox', duration: 1, resolution: '540p' });
  const [here, there] = [await one.finished(made.task_id), await other.finished(made.task_id)];
  expect(there).toEqual({ ...here, creations: [expect.objectContaining({ id: here.creations[0]?.id })] });
  expect((await other.credits()).remains).toEqual((await one.credits()).remains);
});

/** The file of a wish, as test mode makes it. */
async function fileOf(wish: Partial<TextWish>): Promise<string> {
  const client = openViduClient(at('/ent/v2', 'Token'));
  const { task_id } = await client.text2video({
    model: 'viduq2',
    prompt: 'seen and heard',
    resolution: '540p',
    ...wish,
  });
  const { creations } = await client.finished(task_id);
  const folder = await mkdtemp(join(tmpdir(), 'onereel-vidu-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = await fetch(creations[0]?.watermarked_url || creations[0]?.url || '');
  await writeFile(join(folder, 'video.mp4'), Buffer.from(await file.arrayBuffer()));
  return join(folder, 'video.mp4');
}

test.each([
  [1, 98, 72],
  [2, 960 - 98, 72],
  [3, 960 - 98, 540 - 78],
  [4, 98, 540 - 78],
] as const)('test mode shows the image of a watermark at position %i', async (wm_position, x, y) => {
  const canvas = createCanvas(60, 40);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ff00ff';
  context.fillRect(0, 0, 60, 40);
  const wm_url = media.put('mark.png', { mediaType: 'image/png', bytes: canvas.toBuffer('image/png') });
  const path = await fileOf({ duration: 1, watermark: true, wm_position, wm_url });
  const [frame] = (await decoded(path, [-1])).shown;
  if (frame === undefined) throw new Error('no picture');
  const rgba = rgbaFromPicture(frame);
  const isMagenta = (column: number, row: number): boolean => {
    const [red = 0, green = 0, blue = 0] = rgba.subarray((row * 960 + column) * 4);
    return red > 220 && green < 40 && blue > 220;
  };
  expect(isMagenta(x, y)).toBe(true);
  expect(isMagenta(960 - x, y)).toBe(false);
  expect(isMagenta(x, 540 - y)).toBe(false);
});

test('test mode plays music where it is asked for, and has no sound where there is none', async () => {
  const [silent, music] = [await fileOf({ duration: 2 }), await fileOf({ duration: 2, bgm: true })];
  expect((await contentsOf(silent)).sound).toBeUndefined();
  const { sound } = await decoded(music);
  const tones = Array.from({ length: 54 }, (_, index) => strengthOf(sound, 52 + index));
  expect(Math.max(...tones)).toBeGreaterThan(0.01);
  const [loud, off] = await Promise.all(
    [true, false].map((audio) => fileOf({ model: 'viduq3-turbo', duration: 1, audio })),
  );
  expect((await contentsOf(loud ?? '')).sound).toMatchObject({ codec: 'mp4a.40.2' });
  expect((await contentsOf(off ?? '')).sound).toBeUndefined();
});
