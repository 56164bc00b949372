import { describe, expect, test } from 'vitest';
import type { GenerationRequest, Input } from '../../domain/request.ts';
import { viduCom } from './vidu.ts';

const modelOf = (id: string) => {
  const model = viduCom.models.find((candidate) => candidate.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return model;
};

const picture: Input<{ url: string }> = {
  role: 'reference',
  kind: 'image',
  source: { url: 'https://example.com/1.png' },
};
const clip = (seconds?: number): Input<{ url: string }> => ({
  role: 'reference',
  kind: 'video',
  source: { url: 'https://example.com/1.mp4' },
  ...(seconds !== undefined && { seconds }),
});

const asked = (more: Partial<GenerationRequest<{ url: string }>> = {}): GenerationRequest<{ url: string }> => ({
  mode: 'text',
  prompt: 'a fox',
  inputs: [],
  seconds: 5,
  resolution: '720p',
  audio: false,
  offPeak: false,
  options: {},
  ...more,
});
const referring = (more: Partial<GenerationRequest<{ url: string }>> = {}) =>
  asked({ mode: 'references', inputs: [picture], ...more });

const bodyOf = (id: string, request: GenerationRequest<{ url: string }>) =>
  viduCom.submit.build({ model: modelOf(id), request, tag: 't', settings: {} }).body;
const issuesOf = (id: string, request: GenerationRequest) => viduCom.check?.(request, modelOf(id)) ?? [];

describe('sound before Q3', () => {
  test('is off on one image, and sent with its tracks when asked for', () => {
    const { audio, options } = modelOf('viduq2-turbo').modes.image ?? {};
    expect(audio).toEqual({ choice: 'optional', default: false });
    expect(bodyOf('viduq2-turbo', asked({ mode: 'image' }))).toMatchObject({ json: { audio: false } });
    expect(bodyOf('viduq2-turbo', asked({ mode: 'image' }))).not.toHaveProperty('json.audio_type');
    const loud = asked({ mode: 'image', audio: true });
    expect(bodyOf('viduq2-turbo', loud)).toMatchObject({ json: { audio: true, audio_type: 'all' } });
    const spoken = options?.parse({ audio_type: 'speech_only', voice_id: 'v1' }) as GenerationRequest['options']; // JSON
    expect(bodyOf('viduq2-turbo', { ...loud, options: spoken })).toMatchObject({
      json: { audio: true, audio_type: 'speech_only', voice_id: 'v1' },
    });
  });

  test.each(['audio_type', 'voice_id'])('%s without sound is refused', (name) => {
    const silent = asked({ mode: 'image', options: { [name]: 'all' } });
    expect(issuesOf('viduq1', silent)).toMatchObject([{ param: `options.${name}`, code: 'conflicting_inputs' }]);
    expect(issuesOf('viduq1', { ...silent, audio: true })).toEqual([]);
  });

  test('is never there from text or two frames, and not named', () => {
    for (const [id, mode] of [
      ['viduq2', 'text'],
      ['viduq1', 'frames'],
    ] as const) {
      expect(modelOf(id).modes[mode]?.audio.choice).toBe('never');
      expect(bodyOf(id, asked({ mode }))).not.toHaveProperty('json.audio');
    }
  });

  test.each(['viduq2', 'viduq1', 'vidu2.0'])('%s makes it from references that the prompt names', (id) => {
    expect(issuesOf(id, referring({ audio: true }))).toMatchObject([{ param: 'audio', code: 'conflicting_inputs' }]);
    const named = referring({ audio: true, prompt: '@Image1 barks' });
    expect(issuesOf(id, named)).toEqual([]);
    expect(bodyOf(id, named)).toMatchObject({
      json: {
        subjects: [{ name: 'Image1', images: ['https://example.com/1.png'] }],
        audio: true,
        audio_type: 'all',
      },
    });
  });

  test('is not made off-peak, which Q3 does', () => {
    const loud = asked({ mode: 'image', audio: true, offPeak: true });
    for (const id of ['viduq2-turbo', 'viduq1', 'vidu2.0'])
      expect(issuesOf(id, loud)).toMatchObject([{ param: 'audio', code: 'conflicting_inputs' }]);
    expect(issuesOf('viduq3-turbo', loud)).toEqual([]);
    expect(issuesOf('viduq2-turbo', { ...loud, audio: false })).toEqual([]);
  });
});

describe('background music', () => {
  const music = { bgm: true };
  test.each([
    ['viduq2', asked({ seconds: 9, options: music })],
    ['viduq2-turbo', asked({ mode: 'image', seconds: 10, options: music })],
    ['viduq1', referring({ prompt: '@Image1 barks', options: music })],
  ])('is ignored and not sent: %s %j', (id, request) => {
    expect(viduCom.ignored?.(request, modelOf(id))).toMatchObject([{ param: 'options.bgm' }]);
    expect(bodyOf(id, request)).not.toHaveProperty('json.bgm');
  });

  test('is not named at all when the prompt names references: no field of that form', () => {
    const named = referring({ prompt: '@Image1 barks', options: { bgm: false } });
    expect(viduCom.ignored?.(named, modelOf('viduq2'))).toEqual([]);
    expect(bodyOf('viduq2', named)).not.toHaveProperty('json.bgm');
  });

  test.each([
    ['viduq2', asked({ seconds: 8, options: music })],
    ['viduq1', referring({ options: music })],
    ['vidu2.0', asked({ mode: 'image', seconds: 8, options: music })],
  ])('is sent else: %s %j', (id, request) => {
    expect(viduCom.ignored?.(request, modelOf(id))).toEqual([]);
    expect(bodyOf(id, request)).toMatchObject({ json: { bgm: true } });
  });
});

describe('videos beside reference images on viduq2-pro', () => {
  const pictures = (count: number) => Array.from({ length: count }, () => picture);
  const request = (images: number, ...videos: Input<{ url: string }>[]) =>
    referring({ inputs: [...pictures(images), ...videos] });

  test('go to their own field', () => {
    expect(bodyOf('viduq2-pro', request(1, clip()))).toMatchObject({
      json: { images: ['https://example.com/1.png'], videos: ['https://example.com/1.mp4'] },
    });
    expect(bodyOf('viduq2-pro', request(1))).not.toHaveProperty('json.videos');
  });

  test.each([
    [request(7), []],
    [request(4, clip(8)), []],
    [request(4, clip(5), clip(5)), []],
    [request(5, clip(8)), ['reference.image']],
    [request(1, clip(5), clip(6)), ['reference.video']],
    [request(5, clip(5), clip(6)), ['reference.image', 'reference.video']],
  ])('%#: at most 4 images then, and two videos of up to 5 s', (given, params) => {
    expect(issuesOf('viduq2-pro', given).map(({ param }) => param)).toEqual(params);
  });
});

test('a style is an option of viduq1 from text alone', () => {
  expect(modelOf('viduq1').modes.text?.options.parse({ style: 'anime' })).toMatchObject({ style: 'anime' });
  for (const { id, modes } of viduCom.models)
    for (const [mode, { options, harmless }] of Object.entries(modes)) {
      const isThere = id === 'viduq1' && mode === 'text';
      expect(Object.hasOwn(options.shape, 'style'), `${id} ${mode}`).toBe(isThere);
      expect(Object.hasOwn(harmless, 'style'), `${id} ${mode}`).toBe(!isThere);
    }
});

/** Vidu: model matrix. Seconds with the default last, tiers with the default first. */
test.each([
  ['viduq2', 'text', [1, 10, 5], '720p 1080p 540p'],
  ['viduq2', 'references', [1, 10, 5], '720p 1080p 540p'],
  ['viduq2-pro', 'image', [1, 10, 5], '720p 1080p 540p'],
  ['viduq2-pro', 'frames', [1, 8, 5], '720p 1080p 540p'],
  ['viduq2-pro', 'references', [0, 10, 5], '720p 1080p 540p'],
  ['viduq2-turbo', 'image', [1, 10, 5], '720p 1080p 540p'],
  ['viduq2-turbo', 'frames', [1, 8, 5], '720p 1080p 540p'],
  ['viduq2-pro-fast', 'image', [1, 10, 5], '720p 1080p'],
  ['viduq2-pro-fast', 'frames', [1, 8, 5], '720p 1080p'],
  ['viduq1', 'text', [5, 5, 5], '1080p'],
  ['viduq1', 'image', [5, 5, 5], '1080p'],
  ['viduq1', 'frames', [5, 5, 5], '1080p'],
  ['viduq1', 'references', [5, 5, 5], '1080p'],
  ['viduq1-classic', 'image', [5, 5, 5], '1080p'],
  ['viduq1-classic', 'frames', [5, 5, 5], '1080p'],
  ['vidu2.0', 'image', [4, 8, 4], '360p 1080p 720p'],
  ['vidu2.0', 'frames', [4, 8, 4], '360p 1080p 720p'],
  ['vidu2.0', 'references', [4, 4, 4], '360p 720p'],
] as const)('%s from %s: %j s, %s', (id, mode, [first, last, usual], tiers) => {
  const capabilities = modelOf(id).modes[mode];
  const [standard, ...others] = tiers.split(' ');
  expect(capabilities?.seconds.at(0)).toBe(first);
  expect(capabilities?.seconds.at(-1)).toBe(last);
  expect(capabilities?.defaultSeconds).toBe(usual);
  expect(capabilities?.defaultResolution).toBe(standard);
  expect([...(capabilities?.resolutions ?? [])].sort()).toEqual([standard, ...others].sort());
});

test('no other model or mode than these is older than Q3', () => {
  const modes = viduCom.models.flatMap(({ id, modes }) =>
    id.startsWith('viduq3') ? [] : Object.keys(modes).map((mode) => `${id} ${mode}`),
  );
  expect(modes).toHaveLength(18);
  expect(modelOf('vidu2.0').modes.image).toMatchObject({ seconds: [4, 8], resolutionsAt: { 8: ['720p'] } });
  expect(modelOf('viduq2').modes.text?.aspectRatios).toHaveLength(5);
  expect(modelOf('viduq1').modes.references?.aspectRatios).toEqual(['16:9', '9:16', '1:1']);
});
