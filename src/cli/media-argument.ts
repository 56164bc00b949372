import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MOST_FILE_BYTES } from '../application/upload-file.ts';
import { parseFileId } from '../domain/file-id.ts';
import { reasonOf, usageError } from './cli-error.ts';
import { byteSize } from './figures.ts';

/** A file of this machine that an option names. */
export interface LocalFile {
  readonly option: string;
  /** As typed. */
  readonly value: string;
  readonly path: string;
  readonly bytes: number;
}

/** What an option for an image, video or sound names: an address that goes as it is, or a file to upload. */
export type MediaArgument = { readonly address: string } | { readonly file: LocalFile };

/** http, https and data addresses, and ids of uploaded files. */
const isAddress = (value: string): boolean => /^(?:https?:\/\/|data:)/i.test(value) || parseFileId(value) !== undefined;

/** Reads one option. Throws CliError for a file that is not there, is none, or is too large. */
export async function mediaArgument(option: string, value: string, folder: string): Promise<MediaArgument> {
  return isAddress(value) ? { address: value } : { file: await localFile(option, value, folder) };
}

/** A file of this machine. Relative paths are meant from `folder`. Throws CliError. */
export async function localFile(option: string, value: string, folder: string): Promise<LocalFile> {
  const path = localPath(option, value, folder);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw usageError(`${option}: there is no file ${value}.`);
  if (!found.isFile()) throw usageError(`${option}: ${value} is ${found.isDirectory() ? 'a folder' : 'not a file'}.`);
  if (found.size === 0) throw usageError(`${option}: ${value} is empty.`);
  if (found.size > MOST_FILE_BYTES)
    throw usageError(
      `${option}: ${value} has ${byteSize(found.size)}; a file may have ${byteSize(MOST_FILE_BYTES)}. Make it smaller, or give an http(s) URL.`,
    );
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw usageError(`${option}: ${value} cannot be read: ${reasonOf(error)}`);
  });
  return { option, value, path, bytes: found.size };
}

function localPath(option: string, value: string, folder: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(value)) return resolve(folder, value);
  try {
    return fileURLToPath(value);
  } catch {
    throw usageError(`${option}: ${value} is neither a file nor an http(s) URL.`);
  }
}
