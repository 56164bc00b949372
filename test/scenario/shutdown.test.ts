import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { clusterPids } from '../harness/cluster-pids.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { advanceClock, bookTroubles, rows } from '../harness/rows.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let vendors: EmulatedVendors;
let gateway: RunningGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-shutdown-'));
  vendors = await startEmulatedVendors();
});

afterAll(async () => {
  await gateway.stop();
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = async (): Promise<RunningGateway> =>
  startTestGateway({ dataFolder: join(folder, 'data'), env: await liveChannels(vendors, { folder }) });

test('SIGTERM ends it in ten seconds though vendors and callers hang, and the next start finishes the work', async () => {
  gateway = await start();
  const { create } = api(gateway, gateway.keys.live);
  await vendors.addFaults([
    { vendor: 'vidu', operation: 'create', kind: 'hang', seconds: 12 },
    { vendor: 'ark', operation: 'download', kind: 'hang', seconds: 60 },
    { vendor: 'vertex', operation: 'poll', kind: 'hang', seconds: 60 },
  ]);
  const ids: string[] = [];
  for (const model of ['viduq3t-540p', 'seedance2.0-fast-480p', 'veo-3.1-fast-generate-001']) {
    ids.push((await create({ model, prompt: `hangs at ${model}`, duration: 4 })).body.id);
  }
  await expect.poll(() => vendors.faults(), { timeout: 20_000 }).toEqual([]);
  // A caller that never sends the rest of its request.
  const { hostname, port } = new URL(gateway.url);
  const stalled = connect(Number(port), hostname).on('error', () => {});
  stalled.write('POST /v1/video/generations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n');
  stalled.write(`authorization: Bearer ${gateway.keys.live}\r\ncontent-length: 100\r\n\r\n{"model"`);
  const began = performance.now();
  expect(await gateway.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await clusterPids(gateway.dataFolder)).toEqual([]);
  stalled.destroy();

  gateway = await start();
  await expect.poll(async () => (await vendors.truth()).length, { timeout: 20_000 }).toBe(3);
  // What the first process held comes back by its lease.
  await Promise.all([advanceClock(gateway.dataFolder, 60), vendors.advanceClock(60)]);
  const { finished } = api(gateway, gateway.keys.live);
  for (const id of ids) expect((await finished(id, 60)).body.status).toBe('completed');
  expect(await vendors.truth()).toHaveLength(3);
  expect(await rows(gateway.dataFolder, 'select id from attempts')).toHaveLength(3);
  expect(await bookTroubles(gateway.dataFolder)).toEqual([]);
});
