/**
 * Where the emulators keep their tasks. Two implementations: memory (`onereel emulate`) and a schema in PostgreSQL (the
 * sandbox of a running Onereel), where any process answers for any task.
 */

/** One task of one vendor. `vendor` + `id` is the key. `doc` is a JSON value that only the emulators read. */
export interface TaskRow {
  readonly vendor: string;
  readonly id: string;
  /** Whose it is: a hash of the key (Vidu, Ark) or of the service account (Vertex). */
  readonly account: string;
  readonly createdAtMs: number;
  /** 1 after `insert`, one more after each `replace`. */
  readonly version: number;
  readonly doc: unknown;
}

/** Which tasks `list` gives. Bounds of time are inclusive. */
export interface TaskQuery {
  readonly account?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit: number;
  readonly offset: number;
}

export interface EmulatorStore {
  /** Milliseconds since 1970 on the store's own clock. The same for every process; never goes back between two calls. */
  now(): Promise<number>;
  /** A number that no caller got before, under 2^63, and (to the millisecond) larger than every earlier one. */
  nextNumber(): Promise<bigint>;
  /** Stores a new row with version 1, durable on return. False, and nothing is changed, when the key is taken. */
  insert(task: Omit<TaskRow, 'version'>): Promise<boolean>;
  /** The newest stored version. */
  get(vendor: string, id: string): Promise<TaskRow | undefined>;
  /** Newest first by (createdAtMs, id), both descending: a stable order for paging. */
  list(vendor: string, query: TaskQuery): Promise<readonly TaskRow[]>;
  /** Replaces `doc` if the stored version is still `expectedVersion`. False, and nothing is changed, otherwise. */
  replace(task: TaskRow, expectedVersion: number): Promise<boolean>;
  /** Adds one to a counter of a task (`polls`, `downloads`). Counters may lose a little in a crash: only reports read them. */
  count(vendor: string, id: string, what: string): Promise<void>;
  /** The counters of a task; what was never counted is absent. */
  counts(vendor: string, id: string): Promise<Readonly<Record<string, number>>>;
  /** Deletes the rows of `vendor` (all vendors when absent) created before that moment, with their counters. Gives their number. */
  removeBefore(createdAtMs: number, vendor?: string): Promise<number>;
  /** Only where the clock is the store's own (memory): its rate against real time, and a jump in seconds. */
  setClock?(clock: { readonly rate?: number; readonly offsetSeconds?: number }): void;
}
