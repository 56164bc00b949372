import { describe, expect, test } from 'vitest';
import { PROVIDERS } from '../../src/providers/registry.ts';
import { CASES } from './provider-cases.ts';
import { modesOf, sampleRequest, sampleSubmission } from './sample-submission.ts';

/** What each provider sends for every model and mode: a change here is a change of what vendors get. */
describe.each(PROVIDERS.filter(({ id }) => CASES[id]?.sameBodiesAs === undefined))('$id sends', (provider) => {
  const cases = provider.models.flatMap((model) =>
    modesOf(model).map(([mode, capabilities]) => ({ model, mode, capabilities })),
  );
  test.each(cases)('$model.id from $mode', ({ model, mode, capabilities }) => {
    const built = provider.submit.build(sampleSubmission(model, sampleRequest(mode, capabilities)));
    expect(built).toMatchSnapshot();
  });
});

const variants = PROVIDERS.flatMap((provider) => {
  const twin = PROVIDERS.find(({ id }) => id === CASES[provider.id]?.sameBodiesAs);
  return twin ? [{ provider, twin }] : [];
});

test.each(variants)('$provider.id sends what $twin.id sends, but for the names of models', ({ provider, twin }) => {
  expect(provider.models).toHaveLength(twin.models.length);
  provider.models.forEach((model, index) => {
    const other = twin.models[index];
    if (other === undefined) throw new Error('no counterpart');
    expect(Object.keys(model.modes)).toEqual(Object.keys(other.modes));
    for (const [mode, capabilities] of modesOf(model)) {
      const request = sampleRequest(mode, capabilities);
      const built = JSON.stringify(provider.submit.build(sampleSubmission(model, request)));
      const expected = JSON.stringify(twin.submit.build(sampleSubmission(other, request)));
      expect(built).toBe(expected.replaceAll(other.id, model.id));
    }
  });
});

test.each([
  ['viduq3', [2, 1], 0],
  ['viduq2', [3], 0],
  ['viduq2-pro', [1], 1],
] as const)('named subjects go to Vidu as they were given: %s', (id, images, videos) => {
  const vidu = PROVIDERS.find((provider) => provider.id === 'vidu');
  const model = vidu?.models.find((known) => known.id === id);
  const capabilities = model?.modes.references;
  if (!vidu || !model || !capabilities) throw new Error(`${id} takes no references`);
  const picture = (index: number) => ({ url: `https://example.com/${index}.png` });
  const given = images.flatMap((count, subject) => Array(count).fill(subject));
  const request = {
    ...sampleRequest('references', capabilities),
    prompt: '@fox meets @hare',
    inputs: [
      ...given.map((_, index) => ({ role: 'reference', kind: 'image', source: picture(index) }) as const),
      ...(videos > 0
        ? [{ role: 'reference', kind: 'video', source: { url: 'https://example.com/0.mp4' } } as const]
        : []),
    ],
    options: {
      ...sampleRequest('references', capabilities).options,
      subjects: images.map((count, index) => ({
        name: index === 0 ? 'fox' : 'hare',
        images: count,
        videos: index === 0 ? videos : 0,
        ...(index === 0 && { voice_id: 'a voice', server_id: '17' }),
      })),
      auto_subjects: true,
    },
  };
  expect(vidu.submit.build(sampleSubmission(model, request))).toMatchSnapshot();
});
