import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RenderSpec } from './spec.ts';
import { specHash } from './spec-hash.ts';

const spec: RenderSpec = {
  prompt: 'x',
  seed: 1,
  seconds: 5,
  width: 1280,
  height: 720,
  fps: 24,
  audio: true,
  label: 'l',
};

test('the key depends on every field and on the bytes of inputs, not on the order of fields or on paths', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-hash-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ kind: 'image', path: join(folder, name) }) as const);
  if (!(a && b && c)) throw new Error('no paths');
  await writeFile(a.path, 'same');
  await writeFile(b.path, 'same');
  await writeFile(c.path, 'other');
  const key = await specHash(spec);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(await specHash(Object.fromEntries(Object.entries(spec).reverse()) as unknown as RenderSpec)).toBe(key);
  const others: Partial<RenderSpec>[] = [
    { prompt: 'y' },
    { seed: 2 },
    { seconds: 4 },
    { width: 1278 },
    { fps: 30 },
    { audio: false },
    { label: 'm' },
    { music: true },
    { watermark: { text: 'w', position: 'top-left' } },
    { watermark: { text: 'w', position: 'top-left', image: a } },
    { watermark: { text: 'w', position: 'top-left', image: c } },
    { speech: { only: 'effects' } },
    { speech: { voice: 'host' } },
    { movement: 'large' },
    { remarks: ['anime style'] },
    { first: a },
    { first: c },
    { last: a },
    { references: [a] },
    { references: [a, c] },
    { references: [c, a] },
    { source: { ...a, kind: 'video' } },
  ];
  const keys = await Promise.all(others.map((some) => specHash({ ...spec, ...some })));
  expect(new Set([key, ...keys]).size).toBe(others.length + 1);
  expect(await specHash({ ...spec, first: a })).toBe(await specHash({ ...spec, first: b }));
});
