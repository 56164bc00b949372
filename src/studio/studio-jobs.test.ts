import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStudio, type RenderSpec, type Studio } from './studio.ts';
import { writeImage } from './testing/media.ts';
import { contentsOf } from './testing/read-back.ts';
import { inputsIn, specOf } from './testing/stage.ts';

let folder: string;
let studio: Studio;
const { image, file } = inputsIn(() => folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-studio-'));
  studio = openStudio({ cacheFolder: join(folder, 'cache') });
  studio.warm();
});

afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true, force: true });
});

test('an input that cannot be read is named, and the studio goes on', async () => {
  const png = await image('ok.png', { width: 64, height: 64 });
  const page = await file('image', 'page.png', '<html>expired</html>');
  const huge = await readFile(png.path);
  huge.writeUInt32BE(900_000, 16);
  huge.writeUInt32BE(900_000, 20);
  const bad: readonly (readonly [Partial<RenderSpec>, string])[] = [
    [{ first: page }, 'first: the image cannot be read'],
    [{ last: { kind: 'image', path: join(folder, 'nothing') } }, 'last: the image cannot be read'],
    [{ references: [png, await file('image', 'huge.png', huge)] }, 'references[1]: the image cannot be read'],
    [{ references: [await file('audio', 'bad.mp3', 'x')], audio: true }, 'references[0]: the audio cannot be read'],
    [{ source: await file('video', 'bad.mp4', Buffer.alloc(5000, 7)) }, 'source: the video cannot be read'],
    [{ references: [{ kind: 'video', path: png.path }] }, 'references[0]: the video cannot be read'],
  ];
  for (const [some, message] of bad) {
    await expect(studio.render(specOf(some))).rejects.toMatchObject({ code: 'input_unreadable', message });
  }
  await expect(studio.render(specOf({ width: 641 }))).rejects.toMatchObject({ code: 'render_failed' });
  expect(await readdir(join(folder, 'cache'))).not.toContainEqual(expect.stringMatching(/^unfinished/));
});

test('equal renders at once are one, and later ones come from the cache', async () => {
  const wanted = specOf({ prompt: 'only once' });
  const [a, b] = await Promise.all([studio.render(wanted), studio.render({ ...wanted })]);
  expect(a).toBe(b);
  expect(await studio.render(wanted)).toEqual(a);
  const path = join(folder, 'changing.png');
  await writeImage(path, { width: 64, height: 64, hue: 10 });
  const before = await studio.render(specOf({ first: { kind: 'image', path } }));
  await writeImage(path, { width: 64, height: 64, hue: 200 });
  const after = await studio.render(specOf({ first: { kind: 'image', path } }));
  expect(after.videoPath).not.toBe(before.videoPath);
});

test('a stock clip of one size and length is rendered once, whatever else is asked', async () => {
  const [a, b, c] = await Promise.all([
    studio.render(specOf({ stock: true })),
    studio.render(specOf({ stock: true, seed: 9, prompt: 'other', label: 'x' })),
    studio.render(specOf({ stock: true, seconds: 2 })),
  ]);
  expect(b).toEqual(a);
  expect(c?.videoPath).not.toBe(a?.videoPath);
  expect((await contentsOf(a?.videoPath ?? '')).seconds).toBe(1);
});

test('a render survives the death of its child', async () => {
  const pids: number[] = [];
  const log = (event: string, { pid }: Record<string, unknown>): void => {
    if (event === 'studio.child-started') pids.push(Number(pid));
  };
  const one = openStudio({ cacheFolder: join(folder, 'crash-cache'), children: 1, log });
  const wanted = specOf({ width: 1280, height: 720, seconds: 6 });
  const rendering = one.render(wanted);
  await expect.poll(() => readdir(join(folder, 'crash-cache')).catch(() => [])).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  process.kill(pids[0] ?? 0, 'SIGKILL');
  expect(await contentsOf((await rendering).videoPath)).toMatchObject({ pictures: 144, seconds: 6 });
  expect(pids).toHaveLength(2);
  const unfinished = one.render(specOf({ seconds: 30 }));
  const refused = expect(unfinished).rejects.toMatchObject({ code: 'closed' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await one.close();
  await refused;
  await expect(one.render(specOf({ seed: 99 }))).rejects.toMatchObject({ code: 'closed' });
  expect(() => process.kill(pids[1] ?? 0, 0)).toThrow();
});
