/** What every emulator does, whichever vendor it stands for. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bytesSource, probe, probeFile } from '../../src/media/probe.ts';
import { openStudio, type Studio } from '../../src/studio/studio.ts';
import { type Bench, openBench, until } from '../emulator-bench.ts';
import { EMULATOR_CLIENTS, lookUntilEnd } from './emulator-clients.ts';

describe.for(EMULATOR_CLIENTS)('$vendor', (client) => {
  const { vendor } = client;
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  beforeEach(async () => {
    await bench.control('POST', '/reset');
    await bench.control('POST', '/limits', { arkGetPerSecond: 10_000 });
  });
  afterAll(() => bench.close());

  const fault = (rule: object) => bench.control('POST', '/faults', { vendor, ...rule });
  const truths = async () => (await bench.control('GET', `/truth?vendor=${vendor}`)).tasks;
  const create = (prompt = 'a fox') => client.create(bench, { prompt });
  const end = async (prompt?: string) => lookUntilEnd(client, bench, (await create(prompt)).id);

  test('the states only go forward, and the truth knows the task', async () => {
    await bench.control('POST', '/clock', { rate: 1e-6 });
    const { id } = await create('a fox');
    const states = [(await client.look(bench, id)).state];
    for (const seconds of [0.02, 0.03]) {
      await bench.pass(seconds);
      states.push((await client.look(bench, id)).state);
    }
    await bench.pass(1);
    states.push((await lookUntilEnd(client, bench, id)).state);
    const first = vendor === 'vertex' ? 'running' : 'waiting';
    expect(states).toEqual([first, 'running', 'running', 'succeeded']);
    expect(await truths()).toMatchObject([
      { vendor, prompt: 'a fox', polls: expect.any(Number), bills: { amount: expect.any(Number) } },
    ]);
    expect((await truths())[0].polls).toBeGreaterThan(3);
  });

  test('an unknown id is not found', async () => {
    expect(await client.lookAtNothing(bench)).toBe(404);
  });

  test('a bad key is refused', async () => {
    expect(await client.withBadKey(bench)).toBe(401);
  });

  test('[test:refused] is refused at create and leaves no task', async () => {
    expect((await create('a [Test:Refused] fox')).status).toBe(400);
    expect(await truths()).toEqual([]);
  });

  test.for([
    ['[test:failed]', 'failed', 0],
    ['[test:blocked]', 'blocked', 0],
    ['[test:missing]', 'missing', undefined],
  ] as const)('%s ends as %s', async ([word, state, bills]) => {
    expect((await end(`a ${word.toUpperCase()} fox`)).state).toBe(state);
    if (bills !== undefined) expect(await truths()).toMatchObject([{ bills: { amount: bills } }]);
    expect(bench.specs.map(({ prompt }) => prompt)).not.toContain(`a ${word.toUpperCase()} fox`);
  });

  test('[test:stuck] runs for good and [test:slow] ten times as long', async () => {
    const [stuck, slow] = [await create('[test:stuck]'), await create('[test:slow]')];
    await bench.pass(0.5);
    expect((await client.look(bench, slow.id)).state).toBe('running');
    await bench.pass(2);
    expect((await lookUntilEnd(client, bench, slow.id)).state).toBe('succeeded');
    await bench.pass(3600);
    expect((await client.look(bench, stuck.id)).state).toBe('running');
  });

  test('a link ends after a day', async ({ skip }) => {
    if (client.noLink !== undefined) skip(client.noLink);
    const { download } = await end();
    expect((await download?.())?.status).toBe(200);
    await bench.pass(86_500);
    expect((await download?.())?.status).toBe(403);
  });

  test('429 and 500-before are answered once and leave no task', async () => {
    await fault({ operation: 'create', kind: '429' });
    await fault({ operation: 'create', kind: '500-before' });
    expect([(await create()).status, (await create()).status]).toEqual([429, 500]);
    expect(await truths()).toEqual([]);
    expect((await create()).status).toBe(200);
  });

  test('500-after and drop-after have made exactly one task each, drop-before none', async () => {
    await fault({ operation: 'create', kind: 'drop-before' });
    await expect(create()).rejects.toThrow();
    expect(await truths()).toHaveLength(0);
    await fault({ operation: 'create', kind: 'drop-after' });
    await expect(create()).rejects.toThrow();
    expect(await truths()).toHaveLength(1);
    await fault({ operation: 'create', kind: '500-after' });
    expect((await create()).status).toBe(500);
    expect(await truths()).toHaveLength(2);
  });

  test('looks fail, hang, and name unknown states without changing the task', async () => {
    const { id } = await create();
    await lookUntilEnd(client, bench, id);
    for (const kind of ['429', '500-after', 'unknown-state', 'no-video', 'drop-after'] as const) {
      await fault({ operation: 'poll', kind });
    }
    await fault({ operation: 'poll', kind: 'hang', seconds: 0.1 });
    expect((await client.look(bench, id)).status).toBe(429);
    expect((await client.look(bench, id)).status).toBe(500);
    expect((await client.look(bench, id)).state).toBe('unknown');
    expect((await client.look(bench, id)).state).toBe('missing');
    await expect(client.look(bench, id)).rejects.toThrow();
    const before = performance.now();
    expect((await client.look(bench, id)).state).toBe('succeeded');
    expect(performance.now() - before).toBeGreaterThan(90);
  });

  test('a task can be late, without a video, or of another size', async () => {
    await bench.control('POST', '/clock', { rate: 1e-6 });
    await fault({ operation: 'create', kind: 'late', seconds: 60 });
    await fault({ operation: 'create', kind: 'no-video' });
    await fault({ operation: 'create', kind: 'wrong-size' });
    const [late, missing, wrong] = [await create('late'), await create('missing'), await create('wrong')];
    await bench.pass(50);
    expect((await client.look(bench, late.id)).state).toBe('running');
    expect((await client.look(bench, missing.id)).state).toBe('missing');
    expect((await lookUntilEnd(client, bench, wrong.id)).state).toBe('succeeded');
    expect(bench.specs.find(({ prompt }) => prompt === 'wrong')).toMatchObject({ width: 320 });
    await bench.pass(20);
    expect((await lookUntilEnd(client, bench, late.id)).state).toBe('succeeded');
  });

  test('a download can end half way', async ({ skip }) => {
    if (client.noLink !== undefined) skip(client.noLink);
    const { download } = await end();
    await fault({ operation: 'download', kind: 'wrong-size' });
    const response = await download?.();
    await expect(response?.arrayBuffer()).rejects.toThrow();
    expect((await (await download?.())?.arrayBuffer())?.byteLength).toBeGreaterThan(10);
  });

  test('another process answers, and makes the video when the first one died before', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const dead = await openBench({ like: bench, studio: { render: () => promise } });
    const { id } = await client.create(dead, { prompt: 'left behind' });
    reject(Object.assign(new Error('the studio was closed'), { code: 'closed' }));
    await dead.close();
    expect((await client.look(bench, id)).status).toBe(200);
    await bench.pass(10);
    expect((await lookUntilEnd(client, bench, id)).state).toBe('succeeded');
    expect(bench.specs.map(({ prompt }) => prompt)).toContain('left behind');
  });
});

describe('with the real studio', () => {
  let folder: string;
  let studio: Studio;
  let bench: Bench;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emulators-studio-'));
    studio = openStudio({ cacheFolder: folder, children: 1 });
    bench = await openBench({ studio, probeMedia: probeFile });
    await bench.control('POST', '/limits', { arkGetPerSecond: 10_000 });
  });
  afterAll(async () => {
    await studio.close();
    await bench.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.for(EMULATOR_CLIENTS)('$vendor makes a video that is what was asked, also from an image', async (client) => {
    const { width, height, seconds } = client.pixels;
    const text = await client.create(bench, { prompt: 'a fox in the snow' });
    const look = await until(
      () => client.look(bench, text.id),
      ({ state }) => state === 'succeeded' || state === 'failed',
    );
    const file = await look.download?.();
    const bytes = new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer(0));
    const facts = await probe(bytesSource(bytes));
    expect(facts).toMatchObject({ kind: 'video', width, height, audio: true, faststart: true });
    expect('seconds' in facts && facts.seconds).toBeCloseTo(seconds, 2);

    const { posterPath } = await studio.render({
      prompt: 'poster',
      seed: 1,
      seconds: 1,
      width: 640,
      height: 360,
      fps: 24,
      audio: false,
      label: 'poster',
    });
    const image = await client.create(bench, { prompt: 'it moves', image: await readFile(posterPath) });
    expect(image.status).toBe(200);
    expect((await lookUntilEnd(client, bench, image.id)).state).toBe('succeeded');
  });
});
