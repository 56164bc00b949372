/** Seedance models on Ark: ranges and pixels. Source: Ark: model list, create video generation task, output pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}
/** Ratio to size. */
type Sizes = Readonly<Record<string, Size>>;

export interface ArkModel {
  readonly family: '2.5' | '2.0' | '1.5' | '1.0';
  /** Whole seconds, inclusive. */
  readonly seconds: readonly [min: number, max: number];
  /** Absent: the model chooses (-1). */
  readonly defaultSeconds?: number;
  readonly resolutions: readonly string[];
  readonly defaultResolution: string;
  readonly sizes: Readonly<Record<string, Sizes>>;
  readonly pace: number;
  /** Half price, offline (1.x only). */
  readonly flex: boolean;
}

export const RATIOS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'] as const;

/** Sizes in the page's order of ratios. */
function sizes(...spelled: readonly string[]): Sizes {
  return Object.fromEntries(
    spelled.map((text, index) => {
      const [width = 0, height = 0] = text.split('x').map(Number);
      return [RATIOS[index], { width, height }];
    }),
  );
}

const SIZES_2: Readonly<Record<string, Sizes>> = {
  '480p': sizes('864x496', '752x560', '640x640', '560x752', '496x864', '992x432'),
  '720p': sizes('1280x720', '1112x834', '960x960', '834x1112', '720x1280', '1470x630'),
  '1080p': sizes('1920x1080', '1664x1248', '1440x1440', '1248x1664', '1080x1920', '2206x946'),
  '4k': sizes('3840x2160', '3326x2494', '2880x2880', '2494x3326', '2160x3840', '4398x1886'),
};
const SIZES_2_5 = {
  ...SIZES_2,
  '480p': sizes('854x480', '752x560', '640x640', '560x752', '480x854', '992x432'),
};
const SIZES_1: Readonly<Record<string, Sizes>> = {
  '480p': sizes('864x480', '736x544', '640x640', '544x736', '480x864', '960x416'),
  '720p': sizes('1248x704', '1120x832', '960x960', '832x1120', '704x1248', '1504x640'),
  '1080p': sizes('1920x1088', '1664x1248', '1440x1440', '1248x1664', '1088x1920', '2176x928'),
};

const UP_TO_1080 = ['480p', '720p', '1080p'];
const seedance2: ArkModel = {
  family: '2.0',
  seconds: [4, 15],
  defaultSeconds: 5,
  resolutions: [...UP_TO_1080, '4k'],
  defaultResolution: '720p',
  sizes: SIZES_2,
  pace: 1,
  flex: false,
};
const fast: ArkModel = { ...seedance2, resolutions: ['480p', '720p'], pace: 0.75 };
const { defaultSeconds: _, ...chooses } = seedance2;
const seedance25: ArkModel = {
  ...chooses,
  family: '2.5',
  seconds: [4, 30],
  resolutions: UP_TO_1080,
  sizes: SIZES_2_5,
};
// [?] No pixel table is given for 1.5: 2.0's.
const seedance15: ArkModel = { ...seedance2, family: '1.5', seconds: [4, 12], resolutions: UP_TO_1080, flex: true };
const seedance1: ArkModel = {
  ...seedance15,
  family: '1.0',
  seconds: [2, 12],
  defaultResolution: '1080p',
  sizes: SIZES_1,
};

/** By id, of both regions: Volcengine's `doubao-…` and BytePlus's. Endpoint ids (`ep-…`) belong to accounts; there are none. */
export const ARK_MODELS: Readonly<Record<string, ArkModel>> = {
  'doubao-seedance-2-5-260628': seedance25,
  'dreamina-seedance-2-5-260628': seedance25,
  'doubao-seedance-2-0-260128': seedance2,
  'dreamina-seedance-2-0-260128': seedance2,
  'doubao-seedance-2-0-fast-260128': fast,
  'dreamina-seedance-2-0-fast-260128': fast,
  'doubao-seedance-2-0-mini-260615': fast,
  'dreamina-seedance-2-0-mini-260615': fast,
  'doubao-seedance-1-5-pro-251215': seedance15,
  'seedance-1-5-pro-251215': seedance15,
  'doubao-seedance-1-0-pro-250528': seedance1,
  'seedance-1-0-pro-250528': seedance1,
  'doubao-seedance-1-0-pro-fast-251015': seedance1,
  'seedance-1-0-pro-fast-251015': seedance1,
};

/** The ratio of the page's table that is closest to a picture's. */
export function nearestRatio({ width, height }: Size): string {
  const distance = (ratio: string): number => {
    const [across = 1, down = 1] = ratio.split(':').map(Number);
    return Math.abs(Math.log(width / height / (across / down)));
  };
  return [...RATIOS].sort((a, b) => distance(a) - distance(b))[0] ?? '16:9';
}
