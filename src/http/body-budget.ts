/** What one request holds of the bodies in memory. */
export interface BodyHold {
  /** False when it does not fit: there are too many large bodies at once. */
  take(bytes: number): boolean;
  /** Gives everything back; more than once is fine. */
  release(): void;
}

/** Bounds the bytes of bodies that are in memory at once, from their first byte to the end of the answer. */
export function openBodyBudget(mostBytes: number): { open(): BodyHold; fits(bytes: number): boolean } {
  let held = 0;
  return {
    fits: (bytes) => held + bytes <= mostBytes,
    open: () => {
      let mine = 0;
      let released = false;
      return {
        take: (bytes) => {
          if (released || held + bytes > mostBytes) return false;
          held += bytes;
          mine += bytes;
          return true;
        },
        release: () => {
          released = true;
          held -= mine;
          mine = 0;
        },
      };
    },
  };
}
