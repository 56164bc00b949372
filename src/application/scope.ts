/** Whose things, and which world: every read is limited by both. */
export interface Scope {
  readonly projectId: bigint;
  readonly livemode: boolean;
}

/** Who asks. Admin keys reach no generation. */
export interface Caller extends Scope {
  readonly keyId: bigint;
  readonly kind: 'live' | 'test';
  /** Patterns of the models that the key may use; all when absent. */
  readonly models?: readonly string[];
  /** Of the project: price = cost x this. 1 when absent. */
  readonly markup?: number;
  /** Creates a minute, where it is limited. */
  readonly perMinute?: number;
}
