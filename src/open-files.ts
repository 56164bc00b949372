import type { Log, Media } from './application/ports.ts';
import { sweepFiles } from './application/sweep-files.ts';
import { type FileContext, MOST_FILES } from './application/upload-file.ts';
import type { Config } from './config.ts';
import type { DiskStorage } from './media/disk-storage.ts';
import { openUploads } from './media/uploads.ts';
import type { Database } from './postgres/database.ts';
import { fileStore } from './postgres/files.ts';
import { inputRows } from './postgres/inputs.ts';

const SWEEP_SECONDS = 30;

/** Uploaded files, and the sweep that removes what has expired. */
export interface OpenedFiles extends FileContext {
  /** Begins to sweep, at once and then again and again; answers what ends it, when the sweep under way is done. */
  startSweep(): () => Promise<void>;
}

interface FilesParts {
  readonly database: Database;
  readonly storage: DiskStorage;
  readonly media: Media;
  readonly log: Log;
}

export function openFiles(config: Config, { database, storage, media, log }: FilesParts): OpenedFiles {
  const ctx: FileContext = {
    files: fileStore(database),
    uploads: openUploads({ storage, inputs: inputRows(database) }),
    media,
    log,
    quota: { bytes: config.filesQuotaBytes, files: MOST_FILES },
    freeBytesMark: config.freeBytesMark,
  };
  return { ...ctx, startSweep: () => startSweep(ctx) };
}

function startSweep(ctx: FileContext): () => Promise<void> {
  let busy: Promise<void> | undefined;
  const sweep = (): void => {
    busy ??= sweepFiles(ctx)
      .catch((error: unknown) => ctx.log.warn('files.sweep_failed', { error }))
      .finally(() => {
        busy = undefined;
      });
  };
  sweep();
  const timer = setInterval(sweep, SWEEP_SECONDS * 1000);
  return async () => {
    clearInterval(timer);
    await busy;
  };
}
