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
