import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ProbeError } from './probe-error.ts';

/** Random access to bytes. `read` is only asked for what lies within `size`, and may answer fewer bytes at its peril. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Bytes that are in memory already. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

/** Opens a regular file for the time of `use`; anything else (a pipe, a device, a folder) is `not_media`. */
export async function withFileSource<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  // Without O_NONBLOCK opening a pipe would wait for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new ProbeError('not_media', 'this is not a regular file');
    return await use({ size: found.size, read: (offset, length) => readFully(file, { offset, length }) });
  } finally {
    await file.close();
  }
}

async function readFully(file: FileHandle, { offset, length }: { offset: number; length: number }) {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
