/** Veo 3.1 on Vertex. Source: Google: model versions, Veo on Vertex AI, model reference. */

export interface VertexModel {
  readonly resolutions: readonly string[];
  /**
   * The Gemini API's Lite had neither reference images nor extension; the Vertex page only says that Lite has no 4k [?].
   * Refused here for Lite.
   */
  readonly references: boolean;
  readonly extension: boolean;
  readonly pace: number;
}

const usual: VertexModel = { resolutions: ['720p', '1080p', '4k'], references: true, extension: true, pace: 1 };

export const VERTEX_MODELS: Readonly<Record<string, VertexModel>> = {
  'veo-3.1-generate-001': usual,
  'veo-3.1-fast-generate-001': { ...usual, pace: 0.75 },
  'veo-3.1-lite-generate-001': { resolutions: ['720p', '1080p'], references: false, extension: false, pace: 0.75 },
};

const SHORT_SIDES: Readonly<Record<string, number>> = { '720p': 720, '1080p': 1080, '4k': 2160 };

/** Pixels of a tier at 16:9 or 9:16. */
export function sizeOf(resolution: string, aspectRatio: string): { readonly width: number; readonly height: number } {
  const short = SHORT_SIDES[resolution] ?? 720;
  const long = (short * 16) / 9;
  return aspectRatio === '9:16' ? { width: short, height: long } : { width: long, height: short };
}
