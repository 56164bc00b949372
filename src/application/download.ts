import type { OutputRole } from '../domain/provider.ts';

/** What an answer says of the file that it carries: by this a later answer is known to be of the same one. */
export interface FileMarks {
  readonly totalBytes?: number;
  /** As they were sent. */
  readonly etag?: string;
  readonly lastModified?: string;
  /** The one of the two that is strong enough for an `If-Range`. */
  readonly ifRange?: string;
}

/** What is here already of a file whose download broke off. `bytes` is less than the whole. */
export interface ResumePoint {
  readonly bytes: number;
  readonly marks: FileMarks;
}

export interface Download {
  /** Where in the file the body begins: at the resume point, or at 0, and then it is the whole file. */
  readonly startsAt: number;
  readonly marks: FileMarks;
  /** To be read once; what breaks it is thrown from it. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Where an output goes. Tries for the same attempt and role are for the same file. */
export interface OutputPlace {
  readonly storageKey: string;
  readonly attemptId: bigint;
  readonly role: OutputRole;
}
