import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
};

/** The first and last byte of a single `bytes=` range; undefined for none or one we do not serve. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  return start <= end ? { start, end } : undefined;
}

/** Cuts the connection half way through a body whose full length was promised. */
async function serveHalf(path: string, reply: FastifyReply): Promise<FastifyReply> {
  const { size } = await stat(path);
  reply.hijack();
  reply.raw.writeHead(200, { 'content-length': size, 'content-type': MEDIA_TYPES[extname(path)] });
  for await (const chunk of createReadStream(path, { end: Math.floor(size / 2) })) reply.raw.write(chunk);
  reply.raw.write('', () => reply.raw.socket?.destroySoon());
  return reply;
}

export interface ServeFile {
  readonly path: string;
  /** Sends half of the body and then cuts the line. */
  readonly half: boolean;
}

/** Serves a file as object stores do: length, type, ETag, single ranges. Gives the body to send. */
export async function serveFile(request: FastifyRequest, reply: FastifyReply, file: ServeFile): Promise<unknown> {
  if (file.half) return serveHalf(file.path, reply);
  const { size, mtimeMs } = await stat(file.path);
  reply.header('accept-ranges', 'bytes').header('etag', `"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`);
  reply.type(MEDIA_TYPES[extname(file.path)] ?? 'application/octet-stream');
  const range = rangeOf(request.headers.range, size);
  if (range === undefined) {
    reply.header('content-length', size);
    return createReadStream(file.path);
  }
  reply.code(206).header('content-length', range.end - range.start + 1);
  reply.header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  return createReadStream(file.path, range);
}
