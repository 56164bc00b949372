import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../../src/application/context.ts';
import { checkDraft } from '../../../src/application/plan-routes.ts';
import { Refusal } from '../../../src/application/refusal.ts';
import { buildCatalogue } from '../../../src/catalog/catalogue.ts';
import { PUBLIC_MODELS } from '../../../src/catalog/public-models.ts';
import { parseBody } from '../../../src/dialects/uniall/parse-body.ts';
import type { Json } from '../../../src/domain/json.ts';
import { PROVIDERS } from '../../../src/providers/registry.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { printedExamples } from './printed-examples.ts';

const catalogue = buildCatalogue(PUBLIC_MODELS, PROVIDERS);
// Checking a draft asks the catalogue and nothing else.
const ctx = { catalogue } as Context;

const BODIES: readonly Json[] = [
  ...(['vidu', 'seedance', 'veo'] as const).flatMap(printedExamples).map(({ json }) => JSON.parse(json)),
  {
    model: 'seedance2.0-720p',
    content: [
      { type: 'text', text: 'a fox' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' }, role: 'reference_image' },
      { type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } },
    ],
    extra_body: { operation: 'edit_video', watermark: 'true', return_last_frame: false, priority: '3' },
  },
  {
    model: 'dreamina-seedance-2-0-fast-260128',
    content: [
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' }, role: 'first_frame' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' }, role: 'last_frame' },
    ],
  },
  { model: 'seedance2.0-fast-480p', prompt: 'x', image: 'https://example.com/a.png', audios: [], metadata: { a: 1 } },
];

const NAMES = [
  ...new Set(
    BODIES.flatMap((body) => [...JSON.stringify(body).matchAll(/"([a-z_]+)":/g)].map(([, name = '']) => name)),
  ),
  ...[
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'webhook_url',
    'off_peak',
    'resolution',
    'tools',
    'wm_url',
  ],
];
const VALUES: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    '',
    ' ',
    0,
    -1,
    5,
    8,
    1e21,
    4.5,
    true,
    'true',
    '5',
    [],
    {},
    [null],
    'auto',
    '16:9',
    '1280x720',
    '0x0',
    'constructor',
    '__proto__',
    'data:,',
    'data:image/png;base64,',
    'https://example.com/a.png',
    'https://',
    'http://[',
    [['https://example.com/a.png']],
    { url: 'https://example.com/a.png' },
    { type: 'text' },
    [{ type: 'constructor', role: '__proto__' }],
  ),
  fc.constantFrom(...catalogue.models.map(({ id }) => id)),
  fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

/** A valid body with some members, at any depth, changed, added or taken away. */
const damaged = fc
  .tuple(
    fc.constantFrom(...BODIES),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...NAMES), fc.option(VALUES, { nil: undefined })), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([body, changes]) => changes.reduce(change, body));

function change(body: Json, [at, name, value]: readonly [number, string, Json | undefined]): Json {
  if (Array.isArray(body)) {
    const damage = (item: Json): Json => (at % 2 === 0 ? (value ?? null) : change(item, [at >> 1, name, value]));
    return body.map((item: Json, index) => (index === (at >> 4) % body.length ? damage(item) : item));
  }
  if (typeof body !== 'object' || body === null) return value ?? null;
  const members = Object.entries(body);
  const below = members[at % (members.length * 2 || 1)];
  if (below && typeof below[1] === 'object' && below[1] !== null) {
    return Object.fromEntries(
      members.map(([key, old]) => [key, key === below[0] ? change(old, [at >> 3, name, value]) : old]),
    );
  }
  const kept = members.filter(([key]) => key !== name);
  return Object.fromEntries(value === undefined ? kept : [...kept, [name, value]]);
}

describe('whatever a body is, reading it ends in a request or in a refusal', () => {
  const read = (body: Json): void => {
    try {
      const { draft } = parseBody(body, (model) => catalogue.find(model)?.family);
      const { candidates } = checkDraft(ctx, draft);
      expect(candidates.length).toBeGreaterThan(0);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expect(error.status).toBe(400);
      expect(error.message).toMatch(/\S\.$/);
      for (const { message, param } of error.issues) expect([message.length < 600, param !== '']).toEqual([true, true]);
    }
  };

  test('any JSON', () => {
    fc.assert(fc.property(VALUES, read), { numRuns: 2000 });
  });

  test('any JSON under the name of a field', () => {
    const body = fc
      .tuple(fc.constantFrom(...catalogue.models.map(({ id }) => id)), fc.dictionary(fc.constantFrom(...NAMES), VALUES))
      .map(([model, fields]): Json => ({ ...fields, model }));
    fc.assert(fc.property(body, read), { numRuns: 4000 });
  });

  test('a valid body, damaged', () => {
    fc.assert(fc.property(damaged, read), { numRuns: 4000 });
  });
});

describe('over HTTP', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => discard(gateway));

  test('a damaged body is answered with 200 or 400, in the house form', async () => {
    await fc.assert(
      fc.asyncProperty(damaged, async (body) => {
        const response = await fetch(`${gateway.url}/v1/video/generations`, {
          method: 'POST',
          headers: { authorization: `Bearer ${gateway.keys.test}`, 'content-type': 'application/json' },
          // Nothing is fetched from outside, and nothing is rendered.
          body: JSON.stringify(body)
            .replaceAll('https://example.com', 'http://127.0.0.1:9')
            .replace(/"prompt":"/g, '"prompt":"[test:stuck] '),
        });
        const text = await response.text();
        expect([200, 400], text).toContain(response.status);
        const answer = JSON.parse(text);
        if (response.status === 200) expect(answer.object).toBe('video.generation.job');
        else expect(answer.error).toMatchObject({ type: 'invalid_request_error', request_id: expect.any(String) });
      }),
      { numRuns: 400 },
    );
  }, 120_000);
});
