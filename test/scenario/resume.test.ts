import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../harness/api.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let dataFolder: string;
let vendors: EmulatedVendors;
let gateway: RunningGateway;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-resume-'));
  dataFolder = join(folder, 'data');
  vendors = await startEmulatedVendors({ stock: false });
  env = await liveChannels(vendors, { folder });
  await useBucket(join(folder, 'onereel.yaml'));
  gateway = await startTestGateway({ dataFolder, env });
});

afterAll(async () => {
  await gateway.stop();
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Vertex sends videos inside its answer unless it has a bucket to put them in. */
async function useBucket(path: string): Promise<void> {
  const { channels } = JSON.parse(await readFile(path, 'utf8'));
  for (const { provider, settings } of channels) if (provider === 'vertex') settings.bucket = 'gs://films/made';
  await writeFile(path, JSON.stringify({ channels }));
}

const MODELS = {
  vidu: 'viduq3t-540p',
  ark: 'seedance2.0-fast-480p',
  vertex: 'veo-3.1-fast-generate-001',
} as const;
type Vendor = keyof typeof MODELS;

const live = () => api(gateway, gateway.keys.live);

async function create(vendor: Vendor, prompt: string): Promise<string> {
  const { status, body } = await live().create({ model: MODELS[vendor], prompt, duration: 4 });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.id;
}

/** The kept video of a generation that is to complete. */
async function delivered(id: string): Promise<Buffer> {
  const { body } = await live().finished(id, 60);
  expect(body).toMatchObject({ status: 'completed', error: null });
  const video = Buffer.from(await (await fetch(body.video_url)).arrayBuffer());
  expect(video.length).toBe(body.result.media.bytes);
  return video;
}

/** What was asked of the vendor for the video of the one task of a prompt, and how much was sent. */
async function downloadsOf(prompt: string) {
  const [task] = (await vendors.truth()).filter((each) => each.prompt === prompt);
  return (await vendors.downloads()).filter(
    ({ path }) => path.includes(`/${task?.id}/`) || path.includes(`%2F${task?.id}%2F`),
  );
}

const videosOf = async (prompt: string) => (await downloadsOf(prompt)).filter(({ path }) => path.includes('.mp4'));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What the vendor has at the address that was last asked for. */
async function vendorsOwn(prompt: string): Promise<string> {
  const { path = '' } = (await videosOf(prompt)).at(-1) ?? {};
  return sha256(new Uint8Array(await (await fetch(vendors.origin + path)).arrayBuffer()));
}

/** Half-done downloads on disk. */
async function partSizes(): Promise<number[]> {
  const spool = join(dataFolder, 'media', '.spool');
  const names = (await readdir(spool, { recursive: true })).filter((name) => name.endsWith('.part'));
  return Promise.all(names.map(async (name) => (await stat(join(spool, name))).size));
}

test.each<Vendor>(['vidu', 'ark', 'vertex'])(
  '%s: a line that drops again and again is gone on with',
  async (vendor) => {
    const prompt = `drops ${vendor}`;
    await vendors.addFaults([{ vendor, operation: 'download', kind: 'cut', share: 0.6, times: 4 }]);
    const video = await delivered(await create(vendor, prompt));
    const downloads = await videosOf(prompt);
    expect(downloads.map(({ body }) => body.status)).toEqual([200, 206, 206, 206, 206]);
    const starts = downloads.map(({ body }) => Number(/^bytes=(\d+)-$/.exec(body.range ?? '')?.[1] ?? 0));
    expect(new Set(starts).size).toBe(5);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(downloads.slice(1).every(({ body }) => body.ifRange?.startsWith('"'))).toBe(true);
    const sent = downloads.reduce((sum, { body }) => sum + body.bytes, 0);
    expect(sent / video.length).toBeLessThan(1.2);
    // Vertex's bucket is not open to everyone.
    if (vendor !== 'vertex') expect(sha256(video)).toBe(await vendorsOwn(prompt));
    expect(await partSizes()).toEqual([]);
  },
);

test('a file that the vendor changed meanwhile is fetched from its start, and kept alone', async () => {
  const prompt = 'changed';
  await vendors.addFaults([
    { vendor: 'vidu', operation: 'download', kind: 'cut', share: 0.6 },
    { vendor: 'vidu', operation: 'download', kind: 'remade', times: 100 },
  ]);
  const video = await delivered(await create('vidu', prompt));
  const downloads = await videosOf(prompt);
  expect(downloads.map(({ body }) => [body.status, body.range !== undefined])).toEqual([
    [200, false],
    [200, true],
  ]);
  expect(sha256(video)).toBe(await vendorsOwn(prompt));
  await vendors.clearFaults();
  expect(sha256(video)).not.toBe(await vendorsOwn(prompt));
});

test('a gateway that was killed in the middle goes on where it was', async () => {
  const prompt = 'killed';
  await vendors.addFaults([{ vendor: 'ark', operation: 'download', kind: 'cut', share: 0.6, seconds: 100 }]);
  const id = await create('ark', prompt);
  await expect.poll(async () => (await videosOf(prompt)).length, { timeout: 20_000 }).toBe(1);
  const [sent] = await videosOf(prompt);
  await expect.poll(partSizes, { timeout: 20_000 }).toEqual([sent?.body.bytes]);
  await gateway.kill();
  gateway = await startTestGateway({ dataFolder, env });
  const video = await delivered(id);
  const downloads = await videosOf(prompt);
  expect(downloads.map(({ body }) => [body.status, body.range])).toEqual([
    [200, undefined],
    [206, `bytes=${sent?.body.bytes}-`],
  ]);
  expect(sha256(video)).toBe(await vendorsOwn(prompt));
  expect(await partSizes()).toEqual([]);
});
