import type { FileContext } from './upload-file.ts';

const AT_ONCE = 500;

/** Removes files that have expired, and the bytes that nothing refers to any more. Bounded; carries on at the next call. */
export async function sweepFiles({ files, media, log }: Pick<FileContext, 'files' | 'media' | 'log'>): Promise<void> {
  const expired = await files.expire(AT_ONCE);
  if (expired > 0) log.info('files.expired', { count: expired });
  await files.forgetInputs(AT_ONCE, (storageKey) => media.remove(storageKey));
}
