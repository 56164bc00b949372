import { describe, expect, test } from 'vitest';
import { FAILURES } from '../../src/domain/failure.ts';
import type { HttpRequest } from '../../src/domain/http.ts';
import type { Json } from '../../src/domain/json.ts';
import type { Provider, Usage } from '../../src/domain/provider.ts';
import { rowOf } from '../../src/providers/kit/failure-table.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';
import { costAt } from '../harness/vendor-cost.ts';
import { CASES } from './provider-cases.ts';
import { answer, fixturesOf, textAnswer } from './provider-fixtures.ts';
import { modesOf, sampleRequest, sampleSubmission, undelivered } from './sample-submission.ts';

/** Ids that would leave their place in a path, were they not encoded or refused. */
const HOSTILE = '../../admin?x=1#y%2f z';
const NOW = new Date('2026-11-20T12:00:00Z');

test('every provider has its case here', () => {
  expect(Object.keys(CASES).sort()).toEqual(PROVIDERS.map(({ id }) => id).sort());
});

/** Every value under a name, at any depth. */
function valuesOf(json: Json | undefined, name: RegExp): Json[] {
  if (Array.isArray(json)) return json.flatMap((item: Json) => valuesOf(item, name));
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => [...(name.test(key) ? [value] : []), ...valuesOf(value, name)]);
}

const bodyOf = ({ body }: HttpRequest): Json | undefined => (body && 'json' in body ? body.json : undefined);

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

const thrownBy = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return String(error instanceof Error ? `${error.message} ${error.stack} ${JSON.stringify(error)}` : error);
  }
  throw new Error('nothing was thrown');
};

describe.each(PROVIDERS)('$id', (provider: Provider) => {
  const known = CASES[provider.id];
  if (known === undefined) throw new Error(`${provider.id} has no case`);
  const operation = known.operation('940125400401448960');
  const everyMode = provider.models.flatMap((model) =>
    modesOf(model).map(([mode, capabilities]) => ({ model, mode, capabilities })),
  );
  const [anyMode] = everyMode;
  if (anyMode === undefined) throw new Error(`${provider.id} has no models`);
  const submission = sampleSubmission(anyMode.model, sampleRequest(anyMode.mode, anyMode.capabilities));

  test.each(everyMode)('$model.id from $mode: the facts agree with each other', ({ model, capabilities }) => {
    const { seconds, adjustSeconds = {}, resolutions, resolutionsAt = {} } = capabilities;
    const { aspectRatios, harmless, options, seed, inputs } = capabilities;
    expect(seconds).toContain(capabilities.defaultSeconds);
    expect([...seconds]).toEqual([...new Set(seconds)].sort((a, b) => a - b));
    for (const [from, to] of Object.entries(adjustSeconds)) {
      expect(seconds).toContain(to);
      expect(seconds).not.toContain(Number(from));
    }
    expect(resolutions).toContain(capabilities.defaultResolution);
    for (const [at, fewer] of Object.entries(resolutionsAt)) {
      expect(seconds).toContain(Number(at));
      expect(fewer.length).toBeGreaterThan(0);
      expect(resolutions).toEqual(expect.arrayContaining([...fewer]));
    }
    if (capabilities.defaultAspectRatio === undefined) expect(aspectRatios).toEqual([]);
    else expect(aspectRatios).toContain(capabilities.defaultAspectRatio);
    expect('aspect_ratio' in harmless).toBe(aspectRatios.length === 0);
    expect('seed' in harmless).toBe(seed === undefined);
    for (const name of Object.keys(options.shape)) expect(harmless).not.toHaveProperty(name);
    for (const rule of inputs) expect(rule.min).toBeLessThanOrEqual(rule.max);
    expect(options.safeParse({ no_such_option: 1 }).success).toBe(false);
    expect(model.source.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test.each(everyMode)(
    '$model.id from $mode: seed 0 and silence survive into the body',
    ({ model, mode, capabilities }) => {
      const request = sampleRequest(mode, capabilities);
      const quiet = { ...request, audio: false, ...(capabilities.seed && { seed: 0 }) };
      const body = bodyOf(provider.submit.build(sampleSubmission(model, quiet)));
      expect(valuesOf(body, /^seed$/)).toEqual(capabilities.seed ? [0] : []);
      if (capabilities.audio.choice === 'optional')
        expect(valuesOf(body, /^(audio|generate_?audio)$/i)).toEqual([false]);
    },
  );

  test.each(everyMode)(
    '$model.id from $mode: the amount held is whole and covers what may be billed',
    ({ model, mode, capabilities }) => {
      for (const seconds of capabilities.seconds)
        for (const resolution of capabilities.resolutionsAt?.[seconds] ?? capabilities.resolutions)
          for (const offPeak of capabilities.offPeak ? [false, true] : [false]) {
            const request = undelivered({ ...sampleRequest(mode, capabilities), resolution, seconds, offPeak });
            const hold = costAt(provider)(request, model);
            expect(hold?.currency).toBe(provider.currency);
            expect(Number.isSafeInteger(hold?.micros)).toBe(true);
            expect(hold?.micros).toBeGreaterThan(0);
            const plausible: Usage[] = [{ credits: seconds }, { tokens: seconds * 9_600 }, { seconds: seconds - 0.04 }];
            for (const usage of plausible) {
              const due = costAt(provider)(request, model, usage);
              expect(Number.isSafeInteger(due?.micros)).toBe(true);
              expect(due?.micros).toBeLessThanOrEqual(hold?.micros ?? 0);
            }
          }
    },
  );

  test.each(provider.models)('$id has a price list', (model) => {
    const lines = provider.prices(model);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(Number.isSafeInteger(line.micros) && line.micros > 0).toBe(true);
  });

  for (const { file, exchange, state, note, response } of fixturesOf(known.folder))
    test(`reads ${file}`, () => {
      const seen =
        exchange === 'submit' ? provider.submit.parse(response, submission) : provider.poll.parse(response, operation);
      expect(seen.state).toBe(state);
      if (seen.state === 'failed') expect(seen.failure.code).toBe(note?.replaceAll('-', '_'));
      if (known.sameBodiesAs === undefined) expect(seen).toMatchSnapshot();
    });

  test('a state word that nobody knows is running', () => {
    expect(provider.poll.parse(answer(200, known.unknownState), operation).state).toBe('running');
  });

  const nonsense = [
    textAnswer(200, '<html>maintenance</html>'),
    textAnswer(200, ''),
    answer(200, { hello: 'world' }),
    answer(200, []),
    answer(200, null),
    textAnswer(302, ''),
  ];

  test.each([
    ...[401, 403, 404, 429, 500, 502, 503].map((status) => textAnswer(status, '<html>no</html>')),
    answer(404, { error: { code: 'NotFound', message: 'gone' }, code: 404, reason: 'TaskNotFound', message: 'gone' }),
    ...nonsense,
  ])('a poll answered with $status $text decides nothing', (response) => {
    expect(provider.poll.parse(response, operation)).toMatchObject({
      state: 'unanswered',
      vendor: { status: response.status },
    });
  });

  test('a submit answered with 429 did not start, and says when to come back', () => {
    const response = { ...textAnswer(429, ''), headers: { 'retry-after': '7' } };
    expect(provider.submit.parse(response, submission)).toMatchObject({ started: 'no', retryAfterSeconds: 7 });
  });

  test.each([...[408, 500, 502, 503].map((status) => textAnswer(status, 'oops')), ...nonsense])(
    'a submit answered with $status $text may have started',
    (response) => {
      expect(provider.submit.parse(response, submission)).toMatchObject({ state: 'unanswered', started: 'maybe' });
    },
  );

  test.each(known.codes)('error code %s has a meaning', (code) => {
    const row = rowOf(known.failures, code);
    expect(row?.status.length).toBeGreaterThan(0);
    if (row && row.inTask !== 'cancelled') expect(FAILURES).toHaveProperty(row.inTask);
  });

  test('a hostile id cannot leave its place in the path', () => {
    const hostile = known.operation(HOSTILE);
    for (const exchange of [provider.poll, ...(provider.cancel ? [provider.cancel] : [])]) {
      const [harmless, attacked] = [exchange.build(operation).path, exchange.build(hostile).path];
      expect(attacked).not.toMatch(/\.\.\/|[?#\s]/);
      expect(attacked.split('/').length).toBe(harmless.split('/').length);
    }
    expect(() => provider.poll.build(known.operation('..'))).toThrow();
  });

  test.each([null, 7, 'x', {}, { foreign: true }, []])('a foreign handle (%j) throws', (foreign) => {
    expect(() => provider.poll.build(foreign)).toThrow();
    expect(() => provider.poll.parse(answer(200, known.unknownState), foreign)).toThrow();
  });

  test('signing leaves the request as it was and puts the secret into the Authorization header only', () => {
    const request = frozen(provider.submit.build(submission));
    const { secret, accessToken = secret } = known;
    const signed = provider.sign(request, frozen(known.credentials), { now: NOW, accessToken });
    const { authorization, ...otherHeaders } = signed.headers ?? {};
    expect(authorization).toContain(accessToken);
    const visible = JSON.stringify([request, { ...signed, headers: otherHeaders }]);
    for (const hidden of [accessToken, JSON.stringify(secret).slice(1, -1)]) expect(visible).not.toContain(hidden);
  });

  test('no thrown message repeats a secret', () => {
    const spoil = (value: string) => `${value.replace('BEGIN', 'BEGUN')}\n\u0000é`;
    const spoilt = Object.fromEntries(Object.entries(known.credentials).map(([name, value]) => [name, spoil(value)]));
    const core = known.secret
      .replace(/-----[A-Z ]+-----/g, '')
      .trim()
      .slice(0, 40);
    const request = provider.submit.build(submission);
    const acts = [
      () => provider.sign(request, spoilt, { now: NOW }),
      () => provider.poll.build({ foreign: known.secret }),
      ...(provider.authorize ? [() => provider.authorize?.build({ credentials: spoilt, now: NOW })] : []),
    ];
    for (const act of acts) expect(thrownBy(act)).not.toContain(core);
  });
});
