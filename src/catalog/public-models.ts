import type { PublicModel, Route } from '../domain/model.ts';
import type { Mode, Resolution } from '../domain/request.ts';

/**
 * The public names of the UniAll protocol and what serves them: first route first. Where a public page and the vendor
 * differ, the vendor's range counts.
 */

const route = (
  provider: string,
  model: string,
  more: { resolution?: Resolution; offPeak?: boolean; modes?: readonly Mode[] } = {},
): Route => ({
  provider,
  model,
  fixed: more.resolution === undefined ? {} : { resolution: more.resolution },
  offPeak: more.offPeak ?? false,
  ...(more.modes && { modes: more.modes }),
});

/** The same model at both of Vidu's services; .com first, because it bills in dollars. */
const vidu = (model: string, more: Parameters<typeof route>[2] = {}): readonly Route[] => [
  route('vidu', model, more),
  route('vidu-cn', model, more),
];

const seedance = (suffix: string, more: Parameters<typeof route>[2] = {}): readonly Route[] => [
  route('byteplus', `dreamina-seedance-2-0-${suffix}`, more),
  route('ark', `doubao-seedance-2-0-${suffix}`, more),
];

const VIDU_TIERS = ['540p', '720p', '1080p'] as const;
const FRAME_MODES: readonly Mode[] = ['text', 'image', 'frames'];

const viduPlain: readonly PublicModel[] = [false, true].flatMap((offPeak) =>
  VIDU_TIERS.flatMap((resolution): readonly PublicModel[] => {
    const suffix = offPeak ? '-offpeak' : '';
    return [
      {
        id: `viduq3p-${resolution}${suffix}`,
        family: 'vidu',
        // Vidu has no viduq3-pro on references: plain viduq3 serves those (3 to 16 s, all tiers).
        routes: [
          ...vidu('viduq3-pro', { resolution, offPeak, modes: FRAME_MODES }),
          ...vidu('viduq3', { resolution, offPeak, modes: ['references'] }),
        ],
      },
      { id: `viduq3t-${resolution}${suffix}`, family: 'vidu', routes: vidu('viduq3-turbo', { resolution, offPeak }) },
    ];
  }),
);

const viduMix: readonly PublicModel[] = (['720p', '1080p'] as const).map((resolution) => ({
  id: `viduq3p-mix-${resolution}`,
  family: 'vidu',
  routes: vidu('viduq3-mix', { resolution }),
}));

const viduOwn: readonly PublicModel[] = [
  'viduq3-pro',
  'viduq3-turbo',
  'viduq3-pro-fast',
  'viduq3',
  'viduq3-mix',
  'viduq2',
  'viduq2-pro',
  'viduq2-turbo',
  'viduq2-pro-fast',
  'viduq1',
  'viduq1-classic',
  'vidu2.0',
].map((id) => ({
  id,
  family: 'vidu',
  routes: vidu(id),
}));

const SEEDANCE = [
  { name: '', suffix: '260128', tiers: ['480p', '720p', '1080p', '4k'] },
  { name: 'fast-', suffix: 'fast-260128', tiers: ['480p', '720p'] },
  { name: 'mini-', suffix: 'mini-260615', tiers: ['480p', '720p'] },
] as const;

const seedanceNew: readonly PublicModel[] = SEEDANCE.flatMap(({ name, suffix, tiers }) =>
  tiers.map((resolution) => ({
    id: `seedance2.0-${name}${resolution}`,
    family: 'seedance',
    routes: seedance(suffix, { resolution }),
  })),
);

const seedanceLegacy: readonly PublicModel[] = SEEDANCE.filter(({ name }) => name !== 'mini-').flatMap(
  ({ name, suffix }) =>
    (['480p', '720p'] as const).map((resolution) => ({
      id: `jisudance2.0-${name}${resolution}`,
      family: 'jisudance',
      routes: seedance(suffix, { resolution }),
    })),
);

const seedanceOwn: readonly PublicModel[] = SEEDANCE.flatMap(({ suffix }) => [
  {
    id: `dreamina-seedance-2-0-${suffix}`,
    family: 'seedance',
    routes: [route('byteplus', `dreamina-seedance-2-0-${suffix}`)],
  },
  { id: `doubao-seedance-2-0-${suffix}`, family: 'seedance', routes: [route('ark', `doubao-seedance-2-0-${suffix}`)] },
]);

const VEO = [
  { name: 'veo3.1-video', model: 'veo-3.1-generate-001' },
  { name: 'veo3.1-fast-video', model: 'veo-3.1-fast-generate-001' },
] as const;

const veo: readonly PublicModel[] = VEO.flatMap(({ name, model }) =>
  (['720p', '1080p', '4k'] as const).map((resolution) => ({
    id: `${name}-${resolution}`,
    family: 'veo',
    routes: [
      route('vertex', model, {
        resolution,
        // The public page offers references on the plain names only.
        ...(name === 'veo3.1-fast-video' && { modes: ['text', 'image', 'frames', 'extend'] as const }),
      }),
    ],
  })),
);

const veoOwn: readonly PublicModel[] = [
  'veo-3.1-generate-001',
  'veo-3.1-fast-generate-001',
  'veo-3.1-lite-generate-001',
].map((id) => ({
  id,
  family: 'veo',
  routes: [route('vertex', id)],
}));

export const PUBLIC_MODELS: readonly PublicModel[] = [
  ...viduPlain,
  ...viduMix,
  ...seedanceLegacy,
  ...seedanceNew,
  ...veo,
  ...viduOwn,
  ...seedanceOwn,
  ...veoOwn,
];
