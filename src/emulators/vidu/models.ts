/** Vidu's models: what each endpoint takes. Source: Vidu: model matrix (2026-08-13). */

/** One reference endpoint has two body forms with ranges of their own. */
export type ViduRoute = 'text2video' | 'img2video' | 'start-end2video' | 'reference-images' | 'reference-subjects';

export interface ViduCell {
  /** Whole seconds, inclusive. */
  readonly seconds: readonly [min: number, max: number];
  readonly defaultSeconds: number;
  readonly resolutions: readonly string[];
  readonly defaultResolution: string;
}

export interface ViduModel {
  readonly generation: 'q3' | 'q2' | 'q1' | '2.0';
  /** Render time against a usual model. */
  readonly pace: number;
  readonly cells: Partial<Record<ViduRoute, ViduCell>>;
}

const ALL = ['540p', '720p', '1080p'];
const UPPER = ['720p', '1080p'];

const range = (min: number, max: number, resolutions: readonly string[] = ALL): ViduCell => ({
  seconds: [min, max],
  defaultSeconds: 5,
  resolutions,
  defaultResolution: '720p',
});
const only5 = { ...range(5, 5), resolutions: ['1080p'], defaultResolution: '1080p' };
// 8 s exists at 720p only: see resolutionsAt.
const vidu2 = {
  seconds: [4, 8],
  defaultSeconds: 4,
  resolutions: ['360p', '720p', '1080p'],
  defaultResolution: '360p',
} as const;
const vidu2Reference = { ...vidu2, seconds: [4, 4], resolutions: ['360p', '720p'] } as const;

const bothForms = (cell: ViduCell) => ({ 'reference-images': cell, 'reference-subjects': cell });

export const VIDU_MODELS: Readonly<Record<string, ViduModel>> = {
  'viduq3-pro': {
    generation: 'q3',
    pace: 1,
    cells: { text2video: range(1, 16), img2video: range(1, 16), 'start-end2video': range(1, 16) },
  },
  'viduq3-turbo': {
    generation: 'q3',
    pace: 0.75,
    cells: {
      text2video: range(1, 16),
      img2video: range(1, 16),
      'start-end2video': range(1, 16),
      ...bothForms(range(3, 16)),
    },
  },
  'viduq3-pro-fast': { generation: 'q3', pace: 0.75, cells: { img2video: range(1, 16, UPPER) } },
  viduq3: { generation: 'q3', pace: 1, cells: bothForms(range(3, 16)) },
  // [?] The minimum is 1 on the English page of 2026-08 and 3 on the older Chinese one: the newer page.
  'viduq3-mix': { generation: 'q3', pace: 1, cells: { 'reference-images': range(1, 16, UPPER) } },
  viduq2: { generation: 'q2', pace: 1, cells: { text2video: range(1, 10), ...bothForms(range(1, 10)) } },
  'viduq2-pro': {
    generation: 'q2',
    pace: 1,
    // [?] The subjects form stands on the Chinese page only: taken.
    cells: { img2video: range(1, 10), 'start-end2video': range(1, 8), ...bothForms(range(0, 10)) },
  },
  'viduq2-turbo': {
    generation: 'q2',
    pace: 0.75,
    cells: { img2video: range(1, 10), 'start-end2video': range(1, 8) },
  },
  'viduq2-pro-fast': {
    generation: 'q2',
    pace: 0.75,
    cells: { img2video: range(1, 10, UPPER), 'start-end2video': range(1, 8, UPPER) },
  },
  viduq1: {
    generation: 'q1',
    pace: 1,
    cells: { text2video: only5, img2video: only5, 'start-end2video': only5, ...bothForms(only5) },
  },
  'viduq1-classic': { generation: 'q1', pace: 1, cells: { img2video: only5, 'start-end2video': only5 } },
  'vidu2.0': {
    generation: '2.0',
    pace: 1,
    cells: { img2video: vidu2, 'start-end2video': vidu2, ...bothForms(vidu2Reference) },
  },
};

/** Whether that model makes that length on a route with this cell. */
export function takesSeconds(model: string, cell: ViduCell, seconds: number): boolean {
  const [min, max] = cell.seconds;
  const inRange = Number.isInteger(seconds) && seconds >= min && seconds <= max;
  return inRange && (model !== 'vidu2.0' || seconds === 4 || seconds === 8);
}

/** The resolutions at a length, the default first. vidu2.0 has 720p alone at 8 s. */
export function resolutionsAt(model: string, cell: ViduCell, seconds: number): readonly string[] {
  if (model === 'vidu2.0' && seconds === 8) return ['720p'];
  return [cell.defaultResolution, ...cell.resolutions.filter((each) => each !== cell.defaultResolution)];
}
