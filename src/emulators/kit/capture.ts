/** Remembers the latest requests as the vendor got them, for tests that compare bodies. Long texts (base64) are cut. */

export interface Captured {
  readonly vendor: string;
  readonly operation: string;
  readonly path: string;
  readonly atMs: number;
  readonly account: string;
  readonly body: unknown;
}

const KEPT = 500;
const LONGEST_TEXT = 2000;

/** A copy of a JSON value whose long texts are cut, with a note of their length. */
export function shortened(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length > LONGEST_TEXT ? `${value.slice(0, 64)}… (${value.length} characters)` : value;
  }
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
}

/** Off (keeps nothing) unless `on`: bodies are other people's. */
export function createCapture({ on }: { readonly on: boolean }) {
  let kept: readonly Captured[] = [];
  return {
    add(captured: Captured): void {
      if (on) kept = [...kept.slice(1 - KEPT), { ...captured, body: shortened(captured.body) }];
    },
    list: (): readonly Captured[] => kept,
    clear: (): void => {
      kept = [];
    },
  };
}
export type Capture = ReturnType<typeof createCapture>;
