import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonOf, usageError } from './cli-error.ts';
import { byteSize } from './figures.ts';

/** Files that become data URIs: where relative paths start, and how large one may be. */
export interface LocalFiles {
  readonly folder: string;
  readonly mostBytes: number;
}

/** http, https and data addresses go as they are. */
const isAddress = (value: string): boolean => /^(?:https?:\/\/|data:)/i.test(value);

/** The address of a picture: as given, or a local file as data URI. Throws CliError for what cannot be sent. */
export async function imageAddress(option: string, value: string, files: LocalFiles): Promise<string> {
  if (isAddress(value)) return value;
  const path = localPath(option, value, files.folder);
  const bytes = await readLocal({ option, value, path, mostBytes: files.mostBytes });
  const type = imageType(bytes);
  if (type === undefined)
    throw usageError(
      `${option}: ${value} is not a picture that can be sent; it must be a PNG, JPEG, WebP or GIF file, or an http(s) URL.`,
    );
  return `data:${type};base64,${bytes.toString('base64')}`;
}

/** The address of a video or sound. Local files are refused: they do not fit into a request. */
export function remoteAddress(option: string, value: string): string {
  if (isAddress(value)) return value;
  throw usageError(
    `${option}: ${value} is not a URL. Local video and audio files cannot be sent yet: put the file where the server can fetch it, and give its http(s) URL.`,
  );
}

function localPath(option: string, value: string, folder: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(value)) return resolve(folder, value);
  try {
    return fileURLToPath(value);
  } catch {
    throw usageError(`${option}: ${value} is neither a file nor an http(s) URL.`);
  }
}

interface LocalFile {
  readonly option: string;
  readonly value: string;
  readonly path: string;
  readonly mostBytes: number;
}

async function readLocal({ option, value, path, mostBytes }: LocalFile): Promise<Buffer> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw usageError(`${option}: there is no file ${value}.`);
  if (!found.isFile()) throw usageError(`${option}: ${value} is not a file.`);
  if (found.size > mostBytes)
    throw usageError(
      `${option}: ${value} has ${byteSize(found.size)}; a local picture may have ${byteSize(mostBytes)}. Make it smaller, or give an http(s) URL.`,
    );
  return readFile(path).catch((error: unknown) => {
    throw usageError(`${option}: ${value} cannot be read: ${reasonOf(error)}`);
  });
}

/** By the first bytes: names say nothing. */
function imageType(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}
