import { expect, test } from 'vitest';
import { capabilitiesOf, modesOf } from '../domain/catalogue.ts';
import type { Mode } from '../domain/request.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { buildCatalogue } from './catalogue.ts';
import { PUBLIC_MODELS } from './public-models.ts';

const catalogue = buildCatalogue(PUBLIC_MODELS, PROVIDERS);

function what(id: string, mode: Mode) {
  const model = catalogue.find(id);
  if (!model) throw new Error(`${id} is missing`);
  return catalogue.routesOf(model).flatMap((open) => {
    const capabilities = capabilitiesOf(open, mode);
    return capabilities ? [{ open, capabilities }] : [];
  });
}

/** UniAll: model names. */
const DOCUMENTED = [
  ...['viduq3p', 'viduq3t'].flatMap((name) =>
    ['540p', '720p', '1080p'].flatMap((tier) => [`${name}-${tier}`, `${name}-${tier}-offpeak`]),
  ),
  'viduq3p-mix-720p',
  'viduq3p-mix-1080p',
  ...['jisudance2.0', 'jisudance2.0-fast'].flatMap((name) => ['480p', '720p'].map((tier) => `${name}-${tier}`)),
  ...['480p', '720p', '1080p', '4k'].map((tier) => `seedance2.0-${tier}`),
  ...['fast', 'mini'].flatMap((name) => ['480p', '720p'].map((tier) => `seedance2.0-${name}-${tier}`)),
  ...['veo3.1-video', 'veo3.1-fast-video'].flatMap((name) => ['720p', '1080p', '4k'].map((tier) => `${name}-${tier}`)),
];

const VENDORS_OWN = PROVIDERS.flatMap(({ models }) => models.map(({ id }) => id));

test('every documented name and every vendor’s own name can be called, and nothing else', () => {
  expect(catalogue.models.map(({ id }) => id).sort()).toEqual([...new Set([...DOCUMENTED, ...VENDORS_OWN])].sort());
});

test.each([
  'viduq3t-mix-720p',
  'viduq3p-mix-540p',
  'viduq3p-mix-720p-offpeak',
  'seedance2.0-fast-1080p',
  'jisudance2.0-1080p',
])('%s does not exist', (id) => expect(catalogue.find(id)).toBeUndefined());

test('a name with a tier is served at that tier, off-peak where it says so', () => {
  for (const { id } of catalogue.models.filter((model) => DOCUMENTED.includes(model.id))) {
    const tier = /-(\d+p|4k)(-offpeak)?$/.exec(id);
    for (const { route } of catalogue.routesOf(catalogue.find(id) ?? { id: '', family: '', routes: [] })) {
      expect(route.fixed.resolution).toBe(tier?.[1]);
      expect(route.offPeak).toBe(tier?.[2] !== undefined);
    }
  }
});

test('viduq3p with references goes to viduq3, 3 to 16 s, up to 7; the mix names to viduq3-mix, 1 to 16 s', () => {
  const [plain] = what('viduq3p-540p', 'references');
  expect(plain?.open.model.id).toBe('viduq3');
  expect(plain?.capabilities.seconds).toEqual(Array.from({ length: 14 }, (_, index) => index + 3));
  expect(plain?.capabilities.inputs).toMatchObject([{ role: 'reference', kind: 'image', max: 7 }]);
  const [mix] = what('viduq3p-mix-720p', 'references');
  expect(mix?.open.model.id).toBe('viduq3-mix');
  expect(mix?.capabilities.seconds.at(0)).toBe(1);
  expect(what('viduq3p-mix-720p', 'text')).toEqual([]);
  expect(what('viduq3p-720p', 'text')[0]?.open.model.id).toBe('viduq3-pro');
});

test.each(['jisudance2.0-720p', 'seedance2.0-720p'])('%s takes 4 to 15 s and all seven ratios', (id) => {
  const [first] = what(id, 'text');
  expect(first?.capabilities.seconds).toEqual(Array.from({ length: 12 }, (_, index) => index + 4));
  expect(first?.capabilities.aspectRatios.length).toBe(7);
});

test('Veo: 8 s by default, 2 or 3 references sent as 8 s and not on fast, extension adds 7 s', () => {
  const [text] = what('veo3.1-video-720p', 'text');
  expect(text?.capabilities).toMatchObject({ defaultSeconds: 8, seconds: [4, 6, 8] });
  const [references] = what('veo3.1-video-1080p', 'references');
  expect(references?.capabilities).toMatchObject({
    seconds: [8],
    adjustSeconds: { 4: 8, 6: 8 },
    inputs: [{ min: 2, max: 3 }],
  });
  expect(what('veo3.1-fast-video-720p', 'references')).toEqual([]);
  expect(what('veo3.1-fast-video-4k', 'extend')[0]?.capabilities.seconds).toEqual([7]);
});

test('every model has a mode, every mode a default that it allows, and a price in its currency', () => {
  for (const model of catalogue.models) {
    const routes = catalogue.routesOf(model);
    expect(modesOf(routes).length).toBeGreaterThan(0);
    for (const mode of modesOf(routes)) {
      for (const { open, capabilities } of what(model.id, mode)) {
        expect(capabilities.seconds).toContain(capabilities.defaultSeconds);
        expect(capabilities.resolutions).toContain(open.route.fixed.resolution ?? capabilities.defaultResolution);
        if (capabilities.defaultAspectRatio)
          expect(capabilities.aspectRatios).toContain(capabilities.defaultAspectRatio);
        expect(open.provider.prices(open.model).length, `${model.id} has no price`).toBeGreaterThan(0);
      }
    }
  }
});

test('a route that leads nowhere is found at start', () => {
  const lost = {
    id: 'lost',
    family: 'vidu',
    routes: [{ provider: 'vidu', model: 'viduq9', fixed: {}, offPeak: false }],
  };
  expect(() => buildCatalogue([lost], PROVIDERS)).toThrow('route to vidu/viduq9 leads nowhere');
});
