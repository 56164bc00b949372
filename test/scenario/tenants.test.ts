import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { png } from '../../src/media/testing/image-bytes.ts';
import { api } from '../harness/api.ts';
import { type EmulatedVendors, liveChannels, startEmulatedVendors } from '../harness/emulated-vendors.ts';
import { type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { rows } from '../harness/rows.ts';
import { upload } from '../harness/upload.ts';

// Whole processes start and stop here; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** One world of one project, and what it has. Ids as numbers. */
interface Tenant {
  readonly key: string;
  readonly done: string;
  readonly open: string;
  readonly file: string;
}

let folder: string;
let vendors: EmulatedVendors;
let gateway: RunningGateway;
const tenants: Record<string, Tenant> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-tenants-'));
  vendors = await startEmulatedVendors();
  gateway = await startTestGateway({ dataFolder: join(folder, 'data'), env: await liveChannels(vendors, { folder }) });
  const keys = {
    'our test': gateway.keys.test,
    'our live': gateway.keys.live,
    'their test': await keyOfTheirs('test'),
    'their live': await keyOfTheirs('live'),
  };
  // One after the other, so that ids beside theirs are nobody’s, and no id of another lies between.
  const done: string[] = [];
  for (const key of Object.values(keys)) done.push(await finished(key));
  // From now on nothing is begun: what is created waits. And time stands almost still: no age differs between two answers.
  await rows(gateway.dataFolder, `update channels set paused_until = 'infinity'`);
  await rows(gateway.dataFolder, 'update clock set origin = now_at(), base = clock_timestamp(), rate = 1e-6');
  for (const [index, [name, key]] of Object.entries(keys).entries()) {
    const file = await upload(gateway, { file: png(600 + index, 600) }, key);
    tenants[name] = { key, done: done[index] ?? '', open: await create(key), file: digits(file.body.id) };
  }
});

afterAll(async () => {
  await gateway.stop();
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
});

const digits = (id: string): string => id.replace(/^[a-z]+_/, '');

async function keyOfTheirs(kind: 'test' | 'live'): Promise<string> {
  const key = `sk-${kind}-${randomBytes(24).toString('base64url')}`;
  await rows(
    gateway.dataFolder,
    `with p as (insert into projects (name) values ('theirs') on conflict (name) do update set name = excluded.name returning id)
      insert into api_keys (project_id, kind, hash, name) select id, $1, $2, 'theirs' from p`,
    [kind, createHash('sha256').update(key).digest()],
  );
  return key;
}

async function create(key: string): Promise<string> {
  const { body } = await api(gateway, key).create({ prompt: 'a fox', model: 'viduq3t-540p', duration: 1 });
  return digits(body.id);
}

async function finished(key: string): Promise<string> {
  const id = await create(key);
  expect((await api(gateway, key).finished(`task_${id}`)).body.status).toBe('completed');
  return id;
}

type Described = readonly [method: string, path: string, body?: (id: string) => unknown];

/** Every described operation that names something by its id, so that a new one is among them by itself. */
const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'));
const OPERATIONS = Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, methods]) =>
  path.includes('{') ? Object.keys(methods).map((method): Described => [method.toUpperCase(), path]) : [],
);
/** Not described, or with more than an id: signed links, lists, and what a body refers to. */
const MORE: readonly Described[] = [
  ['DELETE', '/v1/video/generations/{id}'],
  ['GET', '/v1/video/generations/{id}/events'],
  ['GET', '/v1/video/generations/{id}/content?variant=last_frame'],
  ['GET', '/v1/video/generations/{id}/content?expires=4102444800&signature=AAAA'],
  ['GET', '/v1/inputs/{id}?expires=4102444800&signature=AAAA'],
  ['GET', '/v1/video/generations?limit=5&after=task_{id}'],
  ['GET', '/v1/files?limit=5&after=file_{id}'],
  ['GET', '/ent/v2/tasks?task_ids={id}'],
  ['GET', '/ent/v2/tasks?pager.page_token={id}'],
  ['GET', '/v1/vidu/tasks?task_ids={id}'],
  ['GET', '/api/v3/contents/generations/tasks/cgt-{id}'],
  ['GET', '/api/v1/videos/{id}'],
  ['GET', '/v1beta/models/veo-3.1-generate-001/operations/{id}'],
  ['POST', '/v1/video/generations', (id) => ({ model: 'viduq3t-540p', prompt: 'a fox', image: `file_${id}` })],
  ['POST', '/v1/vidu/img2video', (id) => ({ model: 'viduq3-turbo', images: [`file_${id}`] })],
];
type Asked = readonly [method: string, path: string, body: ((id: string) => unknown) | undefined];
const ASKED = [...OPERATIONS, ...MORE].map(([method, path, body]): Asked => [method, path, body]);

/** As much of an answer as a caller can see, without what differs from one request to the next anyway. */
async function ask(
  { method, path, body }: { readonly method: string; readonly path: string; readonly body?: unknown },
  { key, id }: { readonly key: string; readonly id: string },
): Promise<unknown> {
  const response = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const requestId = response.headers.get('x-request-id') ?? 'none';
  const plain = (text: string): string =>
    text
      .replaceAll(requestId, 'REQUEST')
      .replaceAll(id, 'ID')
      .replaceAll(/expires=\d+&signature=[\w-]+|"expires_at":\d+/g, 'LINK');
  const headers = [...response.headers]
    .filter(([name]) => name !== 'date')
    .map(([name, value]) => [name, plain(value)]);
  return { status: response.status, headers, body: plain(await response.text()) };
}

const unknown = new Map<string, Promise<string>>();
/** As long as the other, as young, and nobody's. */
const unknownLike = (id: string): Promise<string> => {
  const known = unknown.get(id) ?? findUnknown(id);
  unknown.set(id, known);
  return known;
};

async function findUnknown(id: string): Promise<string> {
  for (let candidate = BigInt(id) - 1n; ; candidate -= 1n) {
    const [taken] = await rows(
      gateway.dataFolder,
      'select from generations where id = $1 union all select from files where id = $1 union all select from inputs where id = $1',
      [String(candidate)],
    );
    if (taken === undefined) return String(candidate);
  }
}

const whole = async (): Promise<unknown> =>
  rows(
    gateway.dataFolder,
    `select jsonb_build_array((select jsonb_agg(to_jsonb(g) order by id) from generations g), (select jsonb_agg(to_jsonb(f) order by id) from files f),
      (select jsonb_agg(to_jsonb(a) order by id) from accounts a), (select jsonb_agg(to_jsonb(e) order by id) from ledger_entries e),
      (select count(*) from queue)) as all`,
  );

describe.each(['our test', 'our live'])('with the key of %s', (own) => {
  const others = ['our test', 'our live', 'their test', 'their live'].filter((name) => name !== own);

  test.each(ASKED)('%s %s answers alike for what is another’s and what is nobody’s', async (method, pattern, body) => {
    const key = tenants[own]?.key ?? '';
    const before = await whole();
    for (const other of others) {
      for (const kind of ['done', 'open', 'file'] as const) {
        const id = tenants[other]?.[kind] ?? '';
        const answers = await Promise.all(
          [id, await unknownLike(id)].map((each) =>
            ask(
              { method, path: pattern.replaceAll(/\{\w+\}/g, each), ...(body && { body: body(each) }) },
              { key, id: each },
            ),
          ),
        );
        expect(answers[0], `${kind} of ${other}`).toEqual(answers[1]);
      }
    }
    expect(await whole()).toEqual(before);
  });

  test('what is its own answers otherwise, so that the comparison says something', async () => {
    const { key = '', done = '', open = '', file = '' } = tenants[own] ?? {};
    const statuses = await Promise.all(
      [
        `/v1/video/generations/${done}`,
        `/v1/videos/${open}`,
        `/v1/video/generations/${done}/content`,
        `/ent/v2/tasks/${done}/creations`,
        `/v1/vidu/tasks?task_ids=${done}`,
        `/v1/files/file_${file}`,
        `/v1/files/file_${file}/content`,
      ].map(async (path) => (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${key}` } })).status),
    );
    expect(statuses).toEqual(statuses.map(() => 200));
  });

  test('lists show what is its own, and nothing else', async () => {
    const { key = '' } = tenants[own] ?? {};
    for (const path of ['/v1/video/generations?limit=100', '/v1/files?limit=100', '/ent/v2/tasks?pager.pagesz=100']) {
      const { body } = await api(gateway, key).call('GET', path);
      const text = JSON.stringify(body);
      for (const [name, tenant] of Object.entries(tenants)) {
        const isShown = [tenant.done, tenant.open, tenant.file].some((id) => text.includes(id));
        expect(isShown, `${path}: ${name}`).toBe(name === own);
      }
    }
  });
});

test('an Idempotency-Key of another project is free', async () => {
  const body = { prompt: 'a fox', model: 'viduq3t-540p', duration: 1 };
  const made = await Promise.all(
    Object.values(tenants).map(({ key }) => api(gateway, key).create(body, { 'idempotency-key': 'the-same' })),
  );
  expect(new Set(made.map((answer) => answer.body.id)).size).toBe(4);
  expect(made.map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, null, null, null]);
});

test('an admin’s path is closed to every project’s key, whatever it names', async () => {
  const paths = Object.keys(document.paths).filter((path) => path.startsWith('/admin/'));
  expect(paths.length).toBeGreaterThan(10);
  for (const { key } of Object.values(tenants)) {
    for (const path of paths) {
      for (const method of Object.keys(document.paths[path])) {
        const address = gateway.url + path.replaceAll(/\{\w+\}/g, '1');
        const { status } = await fetch(address, {
          method: method.toUpperCase(),
          headers: { authorization: `Bearer ${key}` },
        });
        expect(status, `${method} ${path}`).toBe(403);
      }
    }
  }
});
