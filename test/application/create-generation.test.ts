import { expect, test } from 'vitest';
import type { Context } from '../../src/application/context.ts';
import { createGeneration } from '../../src/application/create-generation.ts';
import type { Caller, GenerationStore, Log, Media, NewGeneration } from '../../src/application/ports.ts';
import type { Refusal } from '../../src/application/refusal.ts';
import { buildCatalogue } from '../../src/catalog/catalogue.ts';
import { PUBLIC_MODELS } from '../../src/catalog/public-models.ts';
import type { Draft } from '../../src/domain/draft.ts';
import type { Generation } from '../../src/domain/generation.ts';
import { microUsd } from '../../src/domain/money.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';

const caller: Caller = { projectId: 1n, livemode: true, keyId: 2n, kind: 'live' };
const draft: Draft = { model: 'viduq3t-720p', prompt: { value: 'a fox', param: 'prompt' }, inputs: [], options: {} };
const never = () => Promise.reject(new Error('nothing is cancelled here'));
const nothingRuns: Context['cancelling'] = {
  upstream: { exchange: never, download: never },
  providers: new Map(),
  wish: never,
  observe: never,
  pause: never,
  seconds: () => 0,
};
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** What was written, as it would be read back. */
const readBack = (written: NewGeneration): Generation => ({
  ...written,
  projectId: 1n,
  keyId: written.caller.keyId,
  livemode: true,
  route: written.routes[0] ?? { provider: 'vidu', cost: { currency: 'USD', micros: 1 }, holdMicros: microUsd(1) },
  request: written.routes[0]?.request ?? {
    mode: 'text',
    prompt: '',
    inputs: [],
    seconds: 1,
    resolution: '720p',
    audio: false,
    offPeak: false,
    options: {},
  },
  state: 'queued',
  progress: 0,
  delayed: false,
  cancelRequested: false,
  createdAt: 0,
  elapsedSeconds: 0,
  outputs: [],
});

interface Fake {
  readonly store?: Partial<GenerationStore>;
  readonly open?: readonly string[];
  readonly freeBytes?: number;
}

function contextWith({ store = {}, open = ['vidu'], freeBytes = 1e12 }: Fake) {
  const written: NewGeneration[] = [];
  const generations: GenerationStore = {
    nextId: async () => 42n,
    create: async (generation) => {
      written.push(generation);
      return { kind: 'created', generation: readBack(generation) };
    },
    replay: async () => undefined,
    takeUnanswered: async () => undefined,
    answered: () => {},
    find: async () => undefined,
    findById: async () => undefined,
    list: async () => ({ generations: [], hasMore: false }),
    ...store,
  };
  const media: Media = {
    keepInput: async () => ({ refused: 'unreachable', reason: 'not asked for' }),
    look: async () => 'whole',
    measure: async () => ({ refused: 'unreachable', reason: 'not asked for' }),
    convertImage: async () => ({ refused: 'invalid', reason: 'not asked for' }),
    readBase64: async () => '',
    keepOutput: async () => ({ bytes: 0, sha256: '' }),
    dropPartials: async () => {},
    probe: async () => ({ refused: 'nothing there' }),
    remove: async () => {},
    freeBytes: async () => freeBytes,
  };
  const ctx: Context = {
    catalogue: buildCatalogue(PUBLIC_MODELS, PROVIDERS),
    generations,
    rateLimits: { take: async () => {} },
    underWay: new Map(),
    channels: { open: async () => new Set(open) },
    media,
    log: silent,
    pricing: { rate: () => undefined, own: () => undefined },
    freeBytesMark: 1,
    files: { find: async () => undefined, read: async () => undefined },
    cancelling: nothingRuns,
    callbackProblem: () => undefined,
    publicUrl: undefined,
  };
  return { ctx, written };
}

const create = (fake: Fake, asked: Draft = draft) => {
  const { ctx, written } = contextWith(fake);
  return { written, answer: createGeneration(ctx, { caller, dialect: 'uniall', draft: asked, warnings: [] }) };
};

const refused = async (answer: Promise<unknown>): Promise<Refusal> => {
  const error = await answer.then(
    () => new Error('accepted'),
    (reason: Refusal) => reason,
  );
  return error as Refusal; // the assertions that follow fail on anything else
};

test('a create is held at the dearest route that can be reached and priced', async () => {
  const { answer, written } = create({});
  expect((await answer).generation.id).toBe(42n);
  // 5 s at 11 credits of $0.005 (Vidu: Q3 prices, turbo 720p).
  expect(written[0]).toMatchObject({
    heldMicros: microUsd(275_000),
    quotedMicros: microUsd(275_000),
    routes: [{ provider: 'vidu', model: 'viduq3-turbo' }],
  });
});

test('a commit of unknown outcome is made again under the same id', async () => {
  const ids: bigint[] = [];
  const { answer } = create({
    store: {
      create: async (generation) => {
        ids.push(generation.id);
        if (ids.length === 1) throw new Error('the line dropped during commit');
        return { kind: 'created', generation: readBack(generation) };
      },
    },
  });
  expect((await answer).generation.id).toBe(42n);
  expect(ids).toEqual([42n, 42n]);
});

test('a commit that nobody can tell the outcome of is not to be sent again, and names its id', async () => {
  const { answer } = create({ store: { create: () => Promise.reject(new Error('connection refused')) } });
  expect(await refused(answer)).toMatchObject({
    code: 'unavailable',
    message:
      'The database did not answer, so it is not known whether generation 42 was accepted. Do not send it again before you asked for task_42.',
    headers: { 'x-should-retry': 'false', 'onereel-generation-id': 'task_42' },
  });
});

test('without a channel nothing is written, and the answer says which key is missing', async () => {
  const { answer, written } = create({ open: [] });
  expect(await refused(answer)).toMatchObject({
    code: 'no_channel',
    message:
      'viduq3t-720p has no live channel here: no key for Vidu (vidu.com) or Vidu (vidu.cn) is configured. Nothing was sent and nothing is held. Use a test key (sk-test-…) to try it in the sandbox.',
  });
  expect(written).toEqual([]);
});

test('a price in a currency without a rate is refused, and the answer says how to set it', async () => {
  const { answer, written } = create({ open: ['vidu-cn'] });
  expect(await refused(answer)).toMatchObject({
    code: 'price_missing',
    message:
      'viduq3t-720p cannot be priced: there is no exchange rate for CNY: set rates.CNY in onereel.yaml, or POST /admin/v1/rates. Nothing was sent and nothing is held.',
  });
  expect(written).toEqual([]);
});

test('too little free space refuses new work before anything is fetched or held', async () => {
  const { answer, written } = create({ freeBytes: 0 });
  expect(await refused(answer)).toMatchObject({ code: 'overloaded', headers: { 'retry-after': '60' } });
  expect(written).toEqual([]);
});

test('an input that the vendor wants as bytes and that cannot be fetched is refused by its name', async () => {
  const input = { role: 'first_frame', kind: 'image', url: 'https://example.com/a.png', param: 'image' } as const;
  const { answer, written } = create({ open: ['vertex'] }, { ...draft, model: 'veo3.1-video-720p', inputs: [input] });
  expect(await refused(answer)).toMatchObject({
    code: 'input_unreachable',
    param: 'image',
    message: 'image cannot be used: not asked for',
  });
  expect(written).toEqual([]);
});

test('more unknown fields than mistakes explain are refused', async () => {
  const options = Object.fromEntries(
    Array.from({ length: 51 }, (_, index) => [`field_${index}`, { value: 1, param: `field_${index}` }]),
  );
  const { answer, written } = create({}, { ...draft, options });
  expect(await refused(answer)).toMatchObject({
    code: 'invalid_value',
    param: 'field_0',
    message: 'field_0 and 50 more fields are not known to Onereel; at most 50 unknown fields are ignored.',
  });
  expect(written).toEqual([]);
});
