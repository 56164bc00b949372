import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { begin } from '../../src/begin.ts';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { png } from '../../src/media/testing/image-bytes.ts';
import { api } from '../harness/api.ts';
import { databaseFor } from '../harness/database.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { startTestGateway } from '../harness/gateway.ts';
import { upload } from '../harness/upload.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let vendors: EmulatedVendors;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-no-disk-'));
  vendors = await startEmulatedVendors();
});

afterAll(async () => {
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

test('without free space creates are refused, and what runs is still finished', async () => {
  const dataFolder = join(folder, 'data');
  const env = await liveChannels(vendors, { folder });
  const first = await startTestGateway({ dataFolder, env });
  const fox = { model: 'viduq3t-540p', prompt: 'a fox', duration: 4 };
  await vendors.addFaults([{ operation: 'create', kind: 'late', seconds: 5 }]);
  const { id } = (await api(first, first.keys.live).create(fox)).body;
  await expect.poll(async () => (await vendors.truth()).length, { timeout: 20_000 }).toBe(1);
  await first.stop();

  // No disk has so much free: as if there were less than the mark.
  const settings = { PORT: '0', ONEREEL_DATA: dataFolder, ONEREEL_SANDBOX_SPEED: '20', ...env };
  const config = await readConfig({ ...settings, ...(await databaseFor(dataFolder)) }, folder);
  const full = await startGateway({ ...config, freeBytesMark: Number.MAX_SAFE_INTEGER }, await begin(config));
  try {
    const { create, finished, call } = api({ ...first, url: full.url }, first.keys.live);
    const refused = await create(fox);
    expect([refused.status, refused.body.error.code]).toEqual([503, 'overloaded']);
    expect(refused.headers.get('retry-after')).toBe('60');
    const uploaded = await upload({ ...first, url: full.url }, { file: png(64, 64) });
    expect([uploaded.status, uploaded.body.error.code]).toEqual([503, 'overloaded']);
    expect((await finished(id, 60)).body.status).toBe('completed');
    expect((await call('GET', '/v1/video/generations')).body.data).toHaveLength(1);
  } finally {
    await full.close();
  }
  expect(await vendors.truth()).toHaveLength(1);
});
