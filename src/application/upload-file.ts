import type { Arrival, FileQuota, FileStore, FileUsage, UploadedFile, Uploads } from './file-store.ts';
import type { Caller, Log, Media } from './ports.ts';
import { Refusal } from './refusal.ts';

/** Bytes of one file. */
export const MOST_FILE_BYTES = 200 * 1024 * 1024;
/** How long a file stays, in seconds. */
export const FILE_SECONDS = { least: 60, usual: 7 * 24 * 3600, most: 30 * 24 * 3600 } as const;
/** Of one project in one world. */
export const MOST_FILES = 10_000;

/** What the verbs of files use. */
export interface FileContext {
  readonly files: FileStore;
  readonly uploads: Uploads;
  readonly media: Pick<Media, 'freeBytes' | 'remove'>;
  readonly log: Log;
  readonly quota: FileQuota;
  readonly freeBytesMark: number;
}

/** What a form said, and its file, which has arrived. */
export interface FileForm {
  readonly arrival: Arrival;
  readonly name: string;
  readonly purpose: string;
  readonly expiresInSeconds: number;
}

export type Receive = (body: AsyncIterable<Uint8Array>) => Promise<Arrival>;

export interface UploadInput {
  readonly caller: Caller;
  /** Content-Length, where the caller said it. */
  readonly declaredBytes: number | undefined;
  /** Reads the form and hands the file's bytes to `receive`. */
  readonly read: (receive: Receive) => Promise<FileForm>;
}

/** What a form may have beside its file. */
const FORM_BYTES = 64 * 1024;

/**
 * Keeps a file for later requests. Its type is what its bytes say. Whatever is wrong is a Refusal, and nothing of the
 * file stays: too large, no media that is known, no room in the quota, no room on the disk.
 */
export async function uploadFile(
  ctx: FileContext,
  { caller, declaredBytes, read }: UploadInput,
): Promise<UploadedFile> {
  const coming = Math.max(0, (declaredBytes ?? 0) - FORM_BYTES);
  if (coming > MOST_FILE_BYTES) throw tooLarge();
  const used = await ctx.files.usage(caller);
  if (used.bytes + coming > ctx.quota.bytes || used.files >= ctx.quota.files) throw noRoom(used, ctx.quota);
  await refuseFullDisk(ctx, coming);
  const arrivals: Arrival[] = [];
  try {
    const form = await read(async (body) => {
      const arrival = await ctx.uploads.receive(bounded(ctx, body));
      arrivals.push(arrival);
      return arrival;
    });
    return await keep(ctx, caller, form);
  } finally {
    for (const arrival of arrivals) await ctx.uploads.discard(arrival);
  }
}

async function keep(ctx: FileContext, caller: Caller, form: FileForm): Promise<UploadedFile> {
  const { arrival, name, purpose, expiresInSeconds } = form;
  const input = await ctx.uploads.keep(caller, arrival);
  if ('refused' in input) {
    const message = `file cannot be used: ${input.reason} Images, videos and sounds are taken.`;
    throw new Refusal('input_invalid', message, { param: 'file' });
  }
  const added = await ctx.files.add({ caller, name, purpose, expiresInSeconds, input }, ctx.quota);
  if ('full' in added) throw noRoom(added.full, ctx.quota);
  return added;
}

const LOOK_BYTES = 16 * 1024 * 1024;

/** Ends a body that grows over the limit, or fills the disk on its way. */
async function* bounded(ctx: FileContext, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let bytes = 0;
  let lookAt = LOOK_BYTES;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_FILE_BYTES) throw tooLarge();
    if (bytes >= lookAt) {
      lookAt += LOOK_BYTES;
      await refuseFullDisk(ctx, 0);
    }
    yield chunk;
  }
}

async function refuseFullDisk({ media, freeBytesMark }: FileContext, coming: number): Promise<void> {
  if ((await media.freeBytes()) - coming >= freeBytesMark) return;
  throw new Refusal('overloaded', 'There is too little free space to store another file. Try again later.', {
    headers: { 'retry-after': '60' },
  });
}

const tooLarge = (): Refusal =>
  new Refusal(
    'too_large',
    `file is larger than ${MOST_FILE_BYTES} bytes (${inMegabytes(MOST_FILE_BYTES)}), the most that a file may have.`,
    { param: 'file' },
  );

const inMegabytes = (bytes: number): string => `${Math.floor(bytes / (1024 * 1024))} MiB`;

function noRoom(used: FileUsage, quota: FileQuota): Refusal {
  const free = Math.max(0, quota.bytes - used.bytes);
  const room =
    used.files >= quota.files
      ? `${used.files} files are kept, and no more are taken`
      : `${free} bytes (${inMegabytes(free)}) of ${inMegabytes(quota.bytes)} are free, and ${used.files} files are kept`;
  return new Refusal(
    'too_large',
    `There is no room for this file: ${room}. Delete files (DELETE /v1/files/{id}), or let them expire.`,
    { param: 'file' },
  );
}
