import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../../harness/api.ts';
import { type CuttingProxy, startCuttingProxy } from '../../harness/cutting-proxy.ts';
import { discard, type RunningGateway, spawnGateway } from '../../harness/gateway.ts';
import { pngOf } from '../../harness/media-server.ts';
import { freePort } from '../../harness/npm-start.ts';
import { rows } from '../../harness/rows.ts';
import { type Chance, seeded } from '../../harness/seeded.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Created {
  readonly id: string;
}

let gateway: RunningGateway;
let proxy: CuttingProxy;
const port = await freePort();
/** Answers after a second and a half. */
const slow = createServer((_request, response) => {
  setTimeout(
    () => response.writeHead(200, { 'content-type': 'image/png' }).end(pngOf({ width: 320, height: 240 })),
    1500,
  );
});

const start = async (dataFolder?: string): Promise<RunningGateway> => {
  const env = { PORT: String(port), ONEREEL_FETCH_ALLOW: `127.0.0.1:${(slow.address() as AddressInfo).port}` };
  return (await spawnGateway({ env, ...(dataFolder !== undefined && { dataFolder }) })).serving();
};

beforeAll(async () => {
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  gateway = await start();
  proxy = await startCuttingProxy(gateway.url);
});
afterAll(async () => {
  await proxy.close();
  await discard(gateway);
  slow.close();
});

const client = (maxRetries: number): OpenAI =>
  new OpenAI({ apiKey: gateway.keys.test, baseURL: `${proxy.url}/v1`, maxRetries });
const bodyOf = (prompt: string, more: object = {}) => ({
  body: { model: 'viduq3t-540p', prompt: `${prompt} [test:stuck]`, duration: 1, ...more },
});
const made = async (prompt: string): Promise<string[]> => {
  const found = await rows(
    gateway.dataFolder,
    `select id::text from generations where routes -> 0 -> 'request' ->> 'prompt' like $1 order by id`,
    [`${prompt}%`],
  );
  return found.map(({ id }) => `task_${id}`);
};

test('what the package repeats because its answer got lost is one generation', async () => {
  proxy.cut(1);
  const { id } = await client(2).post<Created>('/video/generations', bodyOf('lost once'));
  expect(await made('lost once')).toEqual([id]);
  proxy.cut(3);
  const again = await client(5).post<Created>('/video/generations', bodyOf('lost thrice'));
  expect(await made('lost thrice')).toEqual([again.id]);
});

test('a repetition that comes while the first request is still at work gets what that becomes', async () => {
  proxy.cut(1);
  const image = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/a.png`;
  const { id } = await client(2).post<Created>('/video/generations', bodyOf('at work', { image }));
  expect(await made('at work')).toEqual([id]);
});

test('the same request sent again by its author is another generation', async () => {
  const [first, second] = [
    await client(0).post<Created>('/video/generations', bodyOf('on purpose')),
    await client(0).post<Created>('/video/generations', bodyOf('on purpose')),
  ];
  expect(await made('on purpose')).toEqual([first.id, second.id]);
});

test('a repetition matches its own request, key and ten minutes only, and each once', async () => {
  const retry = { 'x-stainless-retry-count': '1' };
  const body = bodyOf('matched').body;
  const lost = async () => {
    proxy.cut(1);
    await client(0)
      .post('/video/generations', bodyOf('matched'))
      .catch(() => undefined);
    await sleep(300);
  };
  await lost();
  const speak = api(gateway);
  const other = await speak.create({ ...body, duration: 2 }, retry);
  const [own, next] = [await speak.create(body, retry), await speak.create(body, retry)];
  expect(other.headers.get('idempotent-replayed')).toBeNull();
  expect(own.headers.get('idempotent-replayed')).toBe('true');
  expect(next.headers.get('idempotent-replayed')).toBeNull();
  await lost();
  await rows(gateway.dataFolder, `update unanswered_creates set created_at = now_at() - interval '11 minutes'`);
  expect((await speak.create(body, retry)).headers.get('idempotent-replayed')).toBeNull();
});

test('a gateway that is killed between and during creates makes each once', async () => {
  const chance = seeded(Math.floor(Math.random() * 1e6));
  const prompts = Array.from({ length: 12 }, (_, index) => `storm ${index} `);
  const storm = killSometimes(chance);
  const ids: string[] = [];
  for (const prompt of prompts) {
    const { id } = await client(12).post<Created>('/video/generations', bodyOf(prompt));
    ids.push(id);
  }
  await storm;
  expect(await Promise.all(prompts.map(made))).toEqual(ids.map((id) => [id]));
});

async function killSometimes(chance: Chance): Promise<void> {
  for (let kills = 0; kills < 3; kills += 1) {
    await sleep(chance.between(5, 120));
    await gateway.kill();
    gateway = await start(gateway.dataFolder);
  }
}
