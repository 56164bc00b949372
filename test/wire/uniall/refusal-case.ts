/** A create body that must not be served, and every word of the answer. `{MEDIA}` stands for the test's media server. */
export interface RefusalCase {
  readonly asks: string;
  readonly body: unknown;
  readonly code: string;
  readonly param: string | null;
  readonly message: string;
  /** All that is wrong, when it is several things: field, code, message. */
  readonly issues?: readonly (readonly [param: string, code: string, message: string])[];
}

/** Addresses that are never fetched, because the request is refused before. */
export const PICTURE = 'https://example.com/a.png';
export const VIDEO = 'https://example.com/a.mp4';
export const SOUND = 'https://example.com/a.wav';
