import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costAt } from '../../../test/harness/vendor-cost.ts';
import type { Json } from '../../domain/json.ts';
import type { DeliveredMedia, GenerationRequest, Input, Resolution } from '../../domain/request.ts';
import { bytePlus, volcengineArk } from './ark.ts';
import { CN_IDS } from './models.ts';
import { estimatedTokens } from './prices.ts';
import { neutralisePromptSuffixes } from './prompt-suffixes.ts';

const modelOf = (id: string) => {
  const model = volcengineArk.models.find((candidate) => candidate.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return model;
};
const seedance = modelOf(CN_IDS.plain);

const plain: GenerationRequest<{ url: string }> = {
  mode: 'text',
  prompt: 'a fox',
  inputs: [],
  seconds: 5,
  resolution: '720p',
  aspectRatio: '16:9',
  audio: true,
  offPeak: false,
  options: {},
};

const reference = (kind: 'image' | 'video' | 'audio', seconds?: number): Input<{ url: string }> => ({
  role: 'reference',
  kind,
  source: { url: `https://example.com/${kind}` },
  ...(seconds !== undefined && { seconds }),
});

const referring = (...inputs: Input<{ url: string }>[]) => ({ ...plain, mode: 'references' as const, inputs });

const answered = (status: number, json: Json) => ({ status, headers: {}, json, text: JSON.stringify(json) });

describe('price examples of the page', () => {
  const yuan = (resolution: Resolution) =>
    (costAt(volcengineArk)({ ...plain, resolution }, seedance)?.micros ?? 0) / 1e6;

  test.each([
    ['480p', 2.31],
    ['720p', 4.97],
    ['1080p', 12.39],
    ['4k', 25.27],
  ] as const)('2.0 at %s, 5 s without video: CNY %d', (resolution, price) => {
    expect(yuan(resolution)).toBeCloseTo(price, 2);
  });

  test('2.0 at 720p, 5 s without video is 108,000 tokens', () => {
    expect(estimatedTokens(plain)).toBe(108_000);
  });

  test('with video it is 194,400 to 432,000 tokens, CNY 5.44 to 12.10', () => {
    const [least, most] = [referring(reference('video', 2)), referring(reference('video', 15))];
    expect([estimatedTokens(least), estimatedTokens(most)]).toEqual([194_400, 432_000]);
    expect((costAt(volcengineArk)(least, seedance)?.micros ?? 0) / 1e6).toBeCloseTo(5.44, 2);
    expect((costAt(volcengineArk)(most, seedance)?.micros ?? 0) / 1e6).toBeCloseTo(12.1, 2);
  });

  const least = {
    '480p': [70308, 90396, 100440, 120528, 140616, 150660, 170748, 190836, 200880, 220968, 241056, 251100],
    '720p': [151200, 194400, 216000, 259200, 302400, 324000, 367200, 410400, 432000, 475200, 518400, 540000],
  };
  test.each(['480p', '720p'] as const)('the table of least tokens with a video, %s', (resolution) => {
    const request = { ...referring(reference('video', 0)), resolution };
    const tokens = least[resolution].map((_, index) => estimatedTokens({ ...request, seconds: index + 4 }));
    expect(tokens).toEqual(least[resolution]);
  });

  test('BytePlus bills in dollars: 108,000 tokens of 2.0, fast and mini', () => {
    const micros = bytePlus.models.map((model) => costAt(bytePlus)(plain, model)?.micros);
    expect(micros).toEqual([756_000, 604_800, 378_000]);
  });
});

describe('what is held', () => {
  test('an unmeasured video counts as the 15 s that all may have together', () => {
    expect(estimatedTokens(referring(reference('video')))).toBe(20 * 21_600);
    expect(estimatedTokens(referring(reference('video', 15), reference('video', 15)))).toBe(20 * 21_600);
  });

  test('pictures and sound add nothing', () => {
    expect(estimatedTokens(referring(reference('image'), reference('audio', 15)))).toBe(108_000);
  });

  test('with a ratio of the model’s choice it is the largest picture of the tier', () => {
    expect(estimatedTokens({ ...plain, aspectRatio: 'adaptive' })).toBe(5 * 21_736 + 1);
    expect(estimatedTokens({ ...plain, aspectRatio: 'adaptive', resolution: '480p' })).toBe(5 * 10_044);
  });

  test('1080p has a floor of 1.8 seconds a second; at 4k the input counts as its largest', () => {
    const short = referring(reference('video', 2));
    expect(estimatedTokens({ ...short, resolution: '1080p', seconds: 15 })).toBe(27 * 48_600);
    expect(estimatedTokens({ ...short, resolution: '4k' })).toBe(20 * 194_400);
  });

  test('billed tokens count exactly, rounded up to the micro-unit once', () => {
    expect(costAt(bytePlus)(plain, bytePlus.models[0] ?? seedance, { tokens: 108_001 })?.micros).toBe(756_007);
    expect(costAt(volcengineArk)(plain, seedance, { tokens: 0 })?.micros).toBe(0);
    expect(costAt(volcengineArk)(referring(reference('video')), modelOf(CN_IDS.mini), { tokens: 1 })?.micros).toBe(14);
  });
});

describe('what is sent', () => {
  const bodyOf = (request: GenerationRequest<DeliveredMedia>, settings = {}) =>
    volcengineArk.submit.build({ model: seedance, request, tag: 't', settings }).body;

  test('parts come in the order the prompt counts them, the first frame before the last', () => {
    const frame = (role: 'first_frame' | 'last_frame') => ({ ...reference('image'), role });
    expect(bodyOf({ ...plain, mode: 'frames', inputs: [frame('last_frame'), frame('first_frame')] })).toMatchObject({
      json: { content: [{ type: 'text' }, { role: 'first_frame' }, { role: 'last_frame' }] },
    });
    expect(bodyOf(referring(reference('audio'), reference('video'), reference('image')))).toMatchObject({
      json: { content: [{}, { role: 'reference_image' }, { role: 'reference_video' }, { role: 'reference_audio' }] },
    });
  });

  test('a blank prompt is sent, an empty one is not', () => {
    expect(bodyOf({ ...plain, prompt: ' ' })).toHaveProperty('json.content', [{ type: 'text', text: ' ' }]);
    const image = { ...reference('image'), role: 'first_frame' as const };
    expect(bodyOf({ ...plain, mode: 'image', prompt: '', inputs: [image] })).toHaveProperty('json.content.length', 1);
  });

  test('data URIs get a lower-case type and the format name of sounds', () => {
    const inputs = [
      { ...reference('image'), source: { url: 'DATA:image/PNG;base64,AbC=' } },
      { ...reference('audio'), source: { url: 'data:audio/mpeg;base64,AbC=' } },
    ];
    expect(bodyOf(referring(...inputs))).toMatchObject({
      json: {
        content: [
          {},
          { image_url: { url: 'data:image/png;base64,AbC=' } },
          { audio_url: { url: 'data:audio/mp3;base64,AbC=' } },
        ],
      },
    });
  });

  test('a channel can name an endpoint for a model', () => {
    expect(bodyOf(plain, { models: { [CN_IDS.plain]: 'ep-20261120-x' } })).toHaveProperty(
      'json.model',
      'ep-20261120-x',
    );
  });

  test('commands inside the prompt do not reach Ark', () => {
    expect(bodyOf({ ...plain, prompt: 'a fox --rs 1080p --dur 15' })).toHaveProperty(
      'json.content.0.text',
      'a fox rs 1080p dur 15',
    );
  });
});

describe('commands inside prompts', () => {
  test.each([
    ['a fox --rs 1080p  --rt 9:16 --dur 12', 'a fox rs 1080p  rt 9:16 dur 12', ['--rs', '--rt', '--dur']],
    ['--frames 33 --fps 24 --seed 1 --cf true --wm false', 'frames 33 fps 24 seed 1 cf true wm false', undefined],
    ['x----rs 720p', 'xrs 720p', ['----rs']],
    ['x --RS 720p --resolution 4k', 'x RS 720p resolution 4k', ['--RS', '--resolution']],
  ])('%j becomes %j', (given, prompt, found) => {
    const read = neutralisePromptSuffixes(given);
    expect(read.prompt).toBe(prompt);
    if (found) expect(read.found).toEqual(found);
  });

  test.each(['a fox -- running', 'well-dressed', '-rs 1', '--rsvp', '--duration_of', 'a—b', '--seeds'])(
    '%j stays',
    (prompt) => {
      expect(neutralisePromptSuffixes(prompt)).toEqual({ prompt, found: [] });
      expect(volcengineArk.adjustPrompt?.(prompt)).toEqual({ prompt });
    },
  );

  test('doing it twice changes nothing more, and no command is left', () => {
    const piece = fc.constantFrom('-', '--', 'rs', 'dur', ' ', '1080p', 'wm', 'x', '—', '\n', 'camera', '_', 'fixed');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const once = neutralisePromptSuffixes(pieces.join('')).prompt;
        expect(neutralisePromptSuffixes(once)).toEqual({ prompt: once, found: [] });
        expect(once).not.toMatch(/--(rs|dur|wm)\b/);
      }),
    );
  });

  test('the caller is told', () => {
    expect(volcengineArk.adjustPrompt?.('a fox --dur 12')).toMatchObject({
      prompt: 'a fox dur 12',
      warning: { code: 'prompt_adjusted', param: 'prompt', requested: ['--dur'], sent: ['dur'] },
    });
  });
});

describe('checks', () => {
  test('sound alone is refused, with a picture or a video it is fine', () => {
    expect(volcengineArk.check?.(referring(reference('audio')), seedance)).toMatchObject([
      { param: 'reference.audio', code: 'missing_field' },
    ]);
    expect(volcengineArk.check?.(referring(reference('audio'), reference('image')), seedance)).toEqual([]);
    expect(volcengineArk.check?.(referring(reference('audio'), reference('video')), seedance)).toEqual([]);
  });

  test('options take text and keep their bounds', () => {
    const options = seedance.modes.text?.options;
    expect(options?.parse({ watermark: 'true', priority: '9', tools: [{ type: 'web_search' }] })).toMatchObject({
      watermark: true,
      return_last_frame: false,
      priority: 9,
      execution_expires_after: 172_800,
    });
    for (const wrong of [{ priority: 10 }, { execution_expires_after: 60 }, { service_tier: 'flex' }, { draft: true }])
      expect(options?.safeParse(wrong).success).toBe(false);
    expect(seedance.modes.image?.options.safeParse({ tools: [] }).success).toBe(false);
  });

  test('the caller’s own limit on waiting is the horizon', () => {
    expect(volcengineArk.horizonSeconds(plain)).toBe(172_800);
    expect(volcengineArk.horizonSeconds({ ...plain, options: { execution_expires_after: 3600 } })).toBe(3600);
  });
});

test('cancel is read by what the vendor refused', () => {
  const outcome = (status: number, code?: string) =>
    volcengineArk.cancel?.parse(answered(status, code === undefined ? {} : { error: { code, message: '' } }), {
      taskId: 'a',
    });
  expect(outcome(200)).toBe('cancelled');
  expect(outcome(403, 'OperationDenied.InvalidState')).toBe('too-late');
  expect(outcome(400, 'InvalidParameter')).toBe('too-late');
  expect(outcome(403, 'AccessDenied')).toBe('unanswered');
  expect(outcome(429, 'RequestBurstTooFast')).toBe('unanswered');
  expect(outcome(502)).toBe('unanswered');
});

test('the list keeps to its window, carries tags and pages by number', () => {
  const window = { fromUnixSeconds: 100, toUnixSeconds: 200 };
  const items = [99, 100, 200, 201].map((created_at) => ({
    id: `cgt-${created_at}`,
    created_at,
    safety_identifier: 't',
  }));
  expect(volcengineArk.list?.parse(answered(200, { total: 101, items }), window)).toEqual({
    items: [
      { operation: { taskId: 'cgt-100' }, tag: 't' },
      { operation: { taskId: 'cgt-200' }, tag: 't' },
    ],
    next: '2',
  });
  expect(volcengineArk.list?.build({ ...window, cursor: '2' }).query).toEqual({ page_num: '2', page_size: '100' });
  expect(
    volcengineArk.list?.parse(answered(200, { total: 101, items }), { ...window, cursor: '2' }),
  ).not.toHaveProperty('next');
  expect(volcengineArk.list?.parse(answered(429, {}), window)).toMatchObject({ state: 'unanswered' });
});

test('a spending limit is the operator’s to raise, a full queue passes', () => {
  const submission = { model: seedance, request: plain, tag: 't', settings: {} };
  const submitted = (code: string) =>
    volcengineArk.submit.parse(answered(429, { error: { code, message: '' } }), submission);
  expect(submitted('SetLimitExceeded')).toMatchObject({ state: 'failed', failure: { code: 'vendor_account' } });
  expect(submitted('QuotaExceeded')).toMatchObject({ state: 'unanswered', started: 'no' });
});
