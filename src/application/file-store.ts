import type { Caller, MediaFact, MediaRefusal, Scope, StoredInput } from './ports.ts';

/** A file that was uploaded before the request that uses it: a name for a kept input, until it expires or is deleted. */
export interface UploadedFile {
  readonly id: bigint;
  readonly name: string;
  readonly purpose: string;
  readonly livemode: boolean;
  /** Unix seconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
  readonly storageKey: string;
  readonly facts: MediaFact;
}

export interface NewFile {
  readonly caller: Caller;
  readonly name: string;
  readonly purpose: string;
  readonly expiresInSeconds: number;
  readonly input: StoredInput;
}

/** What a project may keep in one world: equal bytes count once. */
export interface FileQuota {
  readonly bytes: number;
  readonly files: number;
}

/** What a project keeps now. */
export interface FileUsage {
  readonly bytes: number;
  readonly files: number;
}

/** Files of callers. What has expired is not there, swept or not. */
export interface FileStore {
  usage(scope: Scope): Promise<FileUsage>;
  /** One decision: of many at once none goes over the quota. `full` is what was kept then. */
  add(file: NewFile, quota: FileQuota): Promise<UploadedFile | { readonly full: FileUsage }>;
  read(scope: Scope, id: bigint): Promise<UploadedFile | undefined>;
  /** Newest first. */
  list(
    scope: Scope,
    page: { readonly limit: number; readonly after?: bigint },
  ): Promise<{ readonly files: readonly UploadedFile[]; readonly hasMore: boolean }>;
  /** False when there is none. A generation that uses it keeps its copy. */
  remove(scope: Scope, id: bigint): Promise<boolean>;
  /** The kept input that a file names, for a create: it stays for a while, whatever becomes of the file. */
  find(scope: Scope, id: bigint): Promise<StoredInput | undefined>;
  /** Removes expired files, at most this many. Answers how many. */
  expire(limit: number): Promise<number>;
  /**
   * Removes inputs that nothing refers to any more, at most this many of those that are to be looked at; `remove` takes
   * the bytes away. Answers how many were looked at.
   */
  forgetInputs(limit: number, remove: (storageKey: string) => Promise<void>): Promise<number>;
}

/** Bytes that have arrived and are not kept yet. */
export interface Arrival {
  readonly key: string;
  readonly bytes: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
}

/** Bodies that become kept inputs. */
export interface Uploads {
  /** Streams a body to disk, hashing it: constant memory. What the body throws passes through, and nothing stays. */
  receive(body: AsyncIterable<Uint8Array>): Promise<Arrival>;
  /** Says what it is, from its bytes, and keeps it: equal bytes of a project once. */
  keep(scope: Scope, arrival: Arrival): Promise<StoredInput | MediaRefusal>;
  /** Nothing there is fine. */
  discard(arrival: Arrival): Promise<void>;
}
