/** Who changes something, as the audit log names it. */
export interface Change {
  /** The admin key, as `key_123`. */
  readonly actor: string;
  readonly requestId: string;
}

/** A page of things, newest first; `after` is the last one that was seen. */
export interface PageWish {
  readonly limit: number;
  readonly after?: bigint;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}
