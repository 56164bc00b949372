import { describe, expect, test } from 'vitest';
import { costAt } from '../../../test/harness/vendor-cost.ts';
import type { GenerationRequest } from '../../domain/request.ts';
import { namedReferences } from './reference-names.ts';
import { viduCn, viduCom } from './vidu.ts';

const modelOf = (id: string) => {
  const model = viduCom.models.find((candidate) => candidate.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return model;
};

const plain: GenerationRequest = {
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

const referring = (prompt: string, count = 2) => ({
  ...plain,
  mode: 'references' as const,
  prompt,
  inputs: Array.from({ length: count }, (_, index) => ({
    role: 'reference' as const,
    kind: 'image' as const,
    source: { url: `https://example.com/${index + 1}.png` },
  })),
});

const sent = (request: ReturnType<typeof referring>, id: string) =>
  viduCom.submit.build({ model: modelOf(id), request, tag: 't', settings: {} }).body;

const answered = (status: number, json: { [name: string]: string | number }) => ({
  status,
  headers: {},
  json,
  text: JSON.stringify(json),
});

describe('references', () => {
  test.each(['viduq3', 'viduq3-turbo'])('%s gets subjects when the prompt names @Image1', (id) => {
    expect(sent(referring('@Image2 paints @Image1的画'), id)).toMatchObject({
      json: {
        prompt: '@Image2 paints @Image1的画',
        subjects: [
          { name: 'Image1', images: ['https://example.com/1.png'] },
          { name: 'Image2', images: ['https://example.com/2.png'] },
        ],
      },
    });
    expect(sent(referring('@Image1'), id)).not.toHaveProperty('json.images');
  });

  test('viduq3-mix keeps plain images and the prompt as it is', () => {
    const body = sent(referring('a @Image1 in the style of @Image2'), 'viduq3-mix');
    expect(body).toMatchObject({ json: { prompt: 'a @Image1 in the style of @Image2' } });
    expect(body).not.toHaveProperty('json.subjects');
    expect(body).toHaveProperty('json.images', ['https://example.com/1.png', 'https://example.com/2.png']);
  });

  test('a prompt without names sends plain images', () => {
    expect(sent(referring('two foxes, mail me@Image1'), 'viduq3')).not.toHaveProperty('json.subjects');
  });

  test('names are whole words, each once', () => {
    expect(namedReferences('@Image1 @Image12, @Image1! @Image2b @image3 @Image')).toEqual([1, 12]);
  });

  test.each(['@Image0', '@Image3'])('%s is refused with two references', (name) => {
    expect(viduCom.check?.(referring(`a ${name}`), modelOf('viduq3'))).toMatchObject([
      { param: 'prompt', code: 'invalid_value', message: expect.stringContaining(`${name}, but there are 2`) },
    ]);
  });

  test('the Chinese site takes 2000 characters with plain images and 5000 with subjects', () => {
    const long = 'x'.repeat(2001);
    expect(viduCn.check?.(referring(long), modelOf('viduq3'))).toHaveLength(1);
    expect(viduCn.check?.(referring(`@Image1 ${long}`), modelOf('viduq3'))).toEqual([]);
    expect(viduCom.check?.(referring(long), modelOf('viduq3'))).toEqual([]);
  });
});

describe('options', () => {
  const options = modelOf('viduq3-pro').modes.image?.options;
  test('take booleans and numbers as text', () => {
    const read = options?.parse({ watermark: 'true', is_rec: 'false', wm_position: '4' });
    expect(read).toMatchObject({ watermark: true, is_rec: false, wm_position: 4, movement_amplitude: 'auto' });
  });
  test.each([
    { watermark: 'yes' },
    { wm_position: 5 },
    { wm_position: '1.5' },
    { movement_amplitude: 'huge' },
    { wm_url: 'file:///etc/passwd' },
    { meta_data: 'no json' },
    { bgm: true },
  ])('refuse %j', (given) => {
    expect(options?.safeParse(given).success).toBe(false);
  });
});

describe('price examples of the page, in micro-dollars for one second', () => {
  test.each([
    ['viduq3-pro', 'text', { '540p': 45_000, '720p': 100_000, '1080p': 120_000 }],
    ['viduq3-turbo', 'image', { '540p': 35_000, '720p': 55_000, '1080p': 65_000 }],
    ['viduq3-pro-fast', 'image', { '720p': 100_000, '1080p': 125_000 }],
    ['viduq3-mix', 'references', { '720p': 120_000, '1080p': 145_000 }],
    ['viduq3-turbo', 'references', { '540p': 20_000, '720p': 50_000, '1080p': 65_000 }],
    ['viduq3', 'references', { '540p': 35_000, '720p': 60_000, '1080p': 75_000 }],
  ] as const)('%s from %s', (id, mode, perSecond) => {
    for (const [resolution, micros] of Object.entries(perSecond)) {
      const request = { ...plain, mode, seconds: 1, resolution: resolution as '720p' }; // keys of the table above
      expect(costAt(viduCom)(request, modelOf(id))).toEqual({ currency: 'USD', micros });
      expect(costAt(viduCom)({ ...request, seconds: 16 }, modelOf(id))?.micros).toBe(micros * 16);
    }
  });

  test('the Chinese list for Pro: CNY 0.3125, 0.78125 and 0.9375', () => {
    const cost = (resolution: '540p' | '720p' | '1080p') =>
      costAt(viduCn)({ ...plain, seconds: 1, resolution }, modelOf('viduq3-pro'))?.micros;
    expect([cost('540p'), cost('720p'), cost('1080p')]).toEqual([312_500, 781_250, 937_500]);
  });

  test('off-peak has its own figures', () => {
    const cost = (resolution: '540p' | '720p' | '1080p') =>
      costAt(viduCom)({ ...plain, offPeak: true, resolution }, modelOf('viduq3-pro'))?.micros;
    expect([cost('540p'), cost('720p'), cost('1080p')]).toEqual([125_000, 250_000, 300_000]);
  });

  test('is_rec costs ten credits more', () => {
    const request = { ...plain, mode: 'image' as const, options: { is_rec: true } };
    expect(costAt(viduCom)(request, modelOf('viduq3-pro'))?.micros).toBe(110 * 5_000);
  });

  test('billed credits count, whatever the list says', () => {
    expect(costAt(viduCom)(plain, modelOf('viduq3-turbo'), { credits: 60 })?.micros).toBe(300_000);
    expect(costAt(viduCom)(plain, modelOf('viduq3-turbo'), { credits: 0 })?.micros).toBe(0);
  });
});

describe('answers', () => {
  const submission = { model: modelOf('viduq3-pro'), request: { ...plain, inputs: [] }, tag: 't', settings: {} };

  test('an error envelope counts whatever the HTTP status', () => {
    const body = { code: 400, reason: 'CreditInsufficient', message: 'no credits', task_id: '1' };
    expect(viduCom.submit.parse(answered(200, body), submission)).toMatchObject({
      state: 'failed',
      failure: { code: 'vendor_account', vendor: { code: 'CreditInsufficient', message: 'no credits' } },
    });
  });

  test.each([
    [400, 'OperationInProcess', 'no'],
    [429, 'SystemThrottling', 'no'],
    [503, 'TooManyRequests', 'maybe'],
    [409, 'Conflict', 'maybe'],
    [499, 'Canceled', 'maybe'],
  ] as const)('a submit refused with %i %s: started %s', (status, reason, started) => {
    const seen = viduCom.submit.parse(answered(status, { code: status, reason, message: '' }), submission);
    expect(seen).toMatchObject({ state: 'unanswered', started });
  });

  test('a refusal in Vidu’s envelope with a new name ends the attempt, a bare 400 does not', () => {
    const seen = viduCom.submit.parse(answered(400, { code: 400, reason: 'BrandNew', message: 'x' }), submission);
    expect(seen).toMatchObject({ state: 'failed', failure: { code: 'vendor_failed' } });
    const bare = viduCom.submit.parse({ status: 400, headers: {}, text: 'bad request' }, submission);
    expect(bare).toMatchObject({ state: 'unanswered', started: 'maybe' });
  });

  test('an id that is not text is not believed: it would have lost digits', () => {
    const seen = viduCom.submit.parse(answered(200, { task_id: 940125400401448960, state: 'created' }), submission);
    expect(seen).toMatchObject({ state: 'unanswered', started: 'maybe' });
  });

  test('cancel works before scheduling only', () => {
    const outcome = (status: number, json: { [name: string]: string | number }) =>
      viduCom.cancel?.parse(answered(status, json), { taskId: '1' });
    expect(outcome(200, {})).toBe('cancelled');
    expect(outcome(400, { code: 400, reason: 'BadRequest', message: 'task state is scheduled, can not cancel' })).toBe(
      'too-late',
    );
    expect(outcome(404, { code: 404, reason: 'TaskNotFound', message: '' })).toBe('unanswered');
    expect(outcome(500, {})).toBe('unanswered');
    expect(viduCom.cancel?.build({ taskId: '7' })).toEqual({
      method: 'POST',
      path: '/ent/v2/tasks/7/cancel',
      body: { json: { id: '7' } },
    });
  });

  test('ping tells a bad key from a bad line', () => {
    expect(viduCom.ping?.parse(answered(200, { remains: 1 }), null)).toBe('ok');
    expect(viduCom.ping?.parse(answered(401, { code: 401, reason: 'Unauthorized', message: '' }), null)).toBe(
      'refused',
    );
    expect(viduCom.ping?.parse(answered(503, {}), null)).toBe('unanswered');
  });
});

describe('the list of tasks', () => {
  const window = { fromUnixSeconds: 1_774_507_626, toUnixSeconds: 1_774_511_226 };
  const page = (count: number, next_page_token = '') => ({
    status: 200,
    headers: {},
    json: { next_page_token, tasks: Array.from({ length: count }, (_, index) => ({ id: `${index}`, model: 'q3' })) },
    text: '',
  });

  test('asks for the window, a hundred at a time', () => {
    expect(viduCom.list?.build(window).query).toEqual({
      'created_at.from': '2026-03-26T06:47:06.000Z',
      'created_at.to': '2026-03-26T07:47:06.000Z',
      'pager.pagesz': '100',
      'pager.page': '0',
    });
  });

  test('follows the token, else full pages, and ends', () => {
    expect(viduCom.list?.parse(page(2, 'abc'), window)).toMatchObject({ next: 'token:abc' });
    expect(viduCom.list?.build({ ...window, cursor: 'token:abc' }).query).toMatchObject({ 'pager.page_token': 'abc' });
    expect(viduCom.list?.parse(page(100), window)).toMatchObject({ next: 'page:1' });
    expect(viduCom.list?.parse(page(2), { ...window, cursor: 'page:1' })).toEqual({
      items: [{ operation: { taskId: '0' } }, { operation: { taskId: '1' } }],
    });
    expect(viduCom.list?.parse(page(100), { ...window, cursor: 'token:abc' })).not.toHaveProperty('next');
  });
});

test('off-peak work may take two days', () => {
  expect(viduCom.horizonSeconds({ ...plain, offPeak: true })).toBe(172_800);
});
