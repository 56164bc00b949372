/** Counts requests per key in a sliding window on the store's clock. Per process: several processes let more through. */
export function createRateLimit() {
  const seen = new Map<string, number[]>();
  return {
    /** False when the key already had `limit` requests within the window before `nowMs`. */
    allow(key: string, window: { readonly limit: number; readonly seconds: number; readonly nowMs: number }): boolean {
      const since = window.nowMs - window.seconds * 1000;
      const recent = (seen.get(key) ?? []).filter((atMs) => atMs > since && atMs <= window.nowMs);
      const allowed = recent.length < window.limit;
      seen.set(key, allowed ? [...recent, window.nowMs] : recent);
      return allowed;
    },
    reset: () => seen.clear(),
  };
}
export type RateLimit = ReturnType<typeof createRateLimit>;
