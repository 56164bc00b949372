import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../harness/gateway.ts';
import { advanceClock, bookTroubles, rows } from '../harness/rows.ts';

const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
const FILE = `
rates:
  CNY: { usd: 0.14, date: 2026-11-20 }
prices:
  # A contract: $0.004 for a credit.
  vidu/viduq3-turbo: { date: 2026-11-20, micros_per_credit: 4000 }
  vertex/veo-3.1-lite-generate-001:
    from: ${inAnHour}
    date: 2026-11-20
    per_second: { 720p: { sound_micros: 70000, silent_micros: 20000 } }
models:
  viduq3t-540p: { withdrawn: true }
  our-fox:
    family: vidu
    routes: [{ provider: vidu, model: viduq3-turbo, resolution: 720p, modes: [text] }]
`;

let gateway: RunningGateway;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-overrides-'));
  await writeFile(join(folder, 'onereel.yaml'), FILE);
  gateway = await startTestGateway({
    // Slow enough that a price can change while a video is made.
    env: { ONEREEL_CONFIG: join(folder, 'onereel.yaml'), ONEREEL_SANDBOX_SPEED: '4' },
  });
}, 60_000);

afterAll(async () => {
  await discard(gateway);
  await rm(folder, { recursive: true, force: true });
});

const FOX = { model: 'our-fox', prompt: 'a fox in the snow', duration: 1 };
const quote = async (body: object) => (await api(gateway).call('POST', '/v1/video/quotes', { body })).body;
const held = async (body: object = FOX) => {
  const { held_micros, error } = await quote(body);
  return held_micros ?? error.code;
};
/** Two seconds where nothing else is done. */
const soon = { timeout: 20_000 };

/** As the admin API writes it. */
const set = (kind: string, name: string, value: object | null, inSeconds = 0) =>
  rows(
    gateway.dataFolder,
    `insert into overrides (kind, name, value, effective_at)
      values ($1, $2, $3, (select now_at()) + make_interval(secs => $4))`,
    [kind, name, value, inSeconds],
  );

test('models and prices of the file are offered, quoted and billed', async () => {
  const { data } = (await api(gateway).call('GET', '/v1/video/models')).body;
  const names: readonly string[] = data.map(({ id }: { id: string }) => id);
  expect(names).toContain('our-fox');
  expect(names).not.toContain('viduq3t-540p');
  expect(data.find(({ id }: { id: string }) => id === 'our-fox').prices[0]).toMatchObject({
    micros: 11 * 4_000,
    per: 'second',
    page: 'set by the operator',
    date: '2026-11-20',
  });
  expect(await quote({ ...FOX, model: 'viduq3t-540p' })).toMatchObject({ error: { code: 'unknown_model' } });
  expect(await quote(FOX)).toMatchObject({
    held_micros: 11 * 4_000,
    routes: [{ unit_price: { micros: 4_000, date: '2026-11-20', origin: 'operator' }, units: { most: 11 } }],
  });
  // In Vidu's own protocol credits are credits, whatever they cost here.
  const body = { model: 'our-fox', prompt: 'a fox [test:missing]', duration: 1 };
  expect((await api(gateway).call('POST', '/ent/v2/text2video', { body })).body.credits).toBe(11);
  const { id } = (await api(gateway).create(FOX)).body;
  expect((await api(gateway).finished(id)).body.cost).toEqual({
    currency: 'USD',
    quoted_micros: 44_000,
    held_micros: 0,
    settled_micros: 44_000,
  });
});

test('a price holds from its moment on, and what was quoted before stays as it was quoted', async () => {
  await set('price', 'vidu/viduq3-turbo', { date: '2026-12-01', micros_per_credit: 6_000 }, 20);
  const { body } = await api(gateway).create({ ...FOX, prompt: 'a fox [test:slow]' });
  expect(body.cost.held_micros).toBe(44_000);
  await advanceClock(gateway.dataFolder, 21);
  await expect.poll(() => held(), soon).toBe(66_000);
  expect((await api(gateway).get(body.id)).body.status).not.toBe('completed');
  const done = (await api(gateway).finished(body.id, 60)).body;
  expect(done.cost).toMatchObject({ quoted_micros: 44_000, settled_micros: 44_000 });
  const [bill] = await rows(
    gateway.dataFolder,
    `select c.currency, c.micros, c.usd_per_unit, c.reported from vendor_costs c join attempts a on a.id = c.attempt_id
      where a.generation_id = $1`,
    [body.id.replace('task_', '')],
  );
  expect(bill).toMatchObject({ currency: 'USD', micros: '44000', usd_per_unit: '1', reported: { credits: 11 } });
  // Taken back: the file's counts again.
  await set('price', 'vidu/viduq3-turbo', null);
  await expect.poll(() => held(), soon).toBe(44_000);
}, 120_000);

test('a rate and a model can be replaced while the gateway runs', async () => {
  const yuan = { ...FOX, model: 'doubao-seedance-2-0-260128', ratio: '16:9', duration: 5 };
  // 108 000 tokens at CNY 46 a million.
  expect(await held(yuan)).toBe(695_520);
  await set('rate', 'CNY', { usd: 0.15, date: '2026-12-01' });
  await expect.poll(() => held(yuan), soon).toBe(745_200);
  expect((await quote(yuan)).routes[0].rate).toEqual({ usd: 0.15, date: '2026-12-01' });
  await set('model', 'our-fox', { withdrawn: true });
  // It was never offered by itself, so it cannot be withdrawn: not offered all the same.
  await expect.poll(() => held(), soon).toBe('unknown_model');
  await set('model', 'our-fox', null);
  await expect.poll(() => held(), soon).toBe(44_000);
});

test('without a usable price nothing is made, and the answer says what is missing and where it is set', async () => {
  await set('price', 'vidu/viduq3-turbo', { date: '2026-12-01', rates: [{ credits: { '1080p': 20 } }] });
  await expect.poll(() => held(), soon).toBe('price_missing');
  const { status, body } = await api(gateway).create(FOX);
  expect([status, body.error]).toEqual([
    503,
    expect.objectContaining({
      code: 'price_missing',
      param: 'model',
      message:
        'our-fox cannot be priced: there is no price for viduq3-turbo at Vidu (vidu.com) (text, 720p, 1 s): set prices.vidu/viduq3-turbo in onereel.yaml, or POST /admin/v1/prices. Nothing was sent and nothing is held.',
    }),
  ]);
  await set('price', 'vidu/viduq3-turbo', { cents: 1 });
  await expect
    .poll(async () => (await quote(FOX)).error.message, soon)
    .toContain('there is no price that this version can read for viduq3-turbo at Vidu (vidu.com)');
  // Two routes, and neither can be priced.
  await set('rate', 'CNY', { usd: 'much' });
  await expect
    .poll(async () => (await quote({ ...FOX, model: 'viduq3t-720p' })).error?.message, soon)
    .toBe(
      'viduq3t-720p cannot be priced: there is no price that this version can read for viduq3-turbo at Vidu (vidu.com) (text, 720p, 1 s): set prices.vidu/viduq3-turbo in onereel.yaml, or POST /admin/v1/prices; there is no exchange rate for CNY: set rates.CNY in onereel.yaml, or POST /admin/v1/rates. Nothing was sent and nothing is held.',
    );
  expect(await bookTroubles(gateway.dataFolder)).toEqual([]);
});

test('what the file has for later holds from then on, without a restart', async () => {
  const lite = { model: 'veo-3.1-lite-generate-001', prompt: 'a fox', duration: 4, size: '720p', audio: false };
  expect(await held(lite)).toBe(120_000);
  await advanceClock(gateway.dataFolder, 3601);
  await expect.poll(() => held(lite), soon).toBe(80_000);
  // What the operator's price does not name has none.
  expect(await held({ ...lite, size: '1080p', duration: 8 })).toBe('price_missing');
});
