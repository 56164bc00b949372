/** Remembers values by key, the latest ones: neither more than `most` nor, roughly counted, more bytes than `mostBytes`. */
export class LastSeenMemory<Value> {
  readonly #limits: { readonly most: number; readonly mostBytes: number };
  readonly #kept = new Map<string, { readonly value: Value; readonly bytes: number }>();
  #bytes = 0;

  constructor(limits: { readonly most: number; readonly mostBytes: number }) {
    this.#limits = limits;
  }

  get(key: string): Value | undefined {
    return this.#kept.get(key)?.value;
  }

  set(key: string, value: Value): void {
    this.#forget(key);
    const bytes = roughBytes(value) + 2 * key.length;
    if (bytes > this.#limits.mostBytes) return;
    this.#kept.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limits.most && this.#bytes <= this.#limits.mostBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}

/** What an object, an array or a number costs besides the text in it: measured, about two to four words each. */
const NODE_BYTES = 32;

/** Bytes that JSON-like data takes in memory, to within a factor of two; walking it costs microseconds. */
function roughBytes(value: unknown): number {
  if (typeof value === 'string') return NODE_BYTES + 2 * value.length;
  if (typeof value !== 'object' || value === null) return NODE_BYTES;
  // Names are shared between objects of one shape, and counted here only as places.
  return Object.values(value).reduce((sum: number, part) => sum + roughBytes(part), NODE_BYTES);
}
