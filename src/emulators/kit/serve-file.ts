import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FaultRule } from './faults.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
};

type Range = { readonly start: number; readonly end: number };

/** The first and last byte of a single `bytes=` range; undefined for none or one we do not serve. */
function rangeOf(header: string | undefined, size: number): Range | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const last = suffix || match[2] === '' ? Number.POSITIVE_INFINITY : Number(match[2]);
  if (start > last) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(size - 1, last) };
}

/** What is to be sent of a file, and how it is announced. */
interface Piece extends Range {
  readonly path: string;
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string | number>>;
}

export interface ServeFile {
  readonly path: string;
  /** `cut` and `wrong-size` break the body off; others are not this one's business. */
  readonly fault: FaultRule | undefined;
  /** Told when the answer is over, however it ended. */
  readonly sent: (answer: { readonly status: number; readonly bytes: number }) => void;
}

/**
 * Serves a file as object stores do: length, type, ETag, Last-Modified, single ranges, a range only `If-Range` the file is
 * still the one that was meant. Gives the body to send.
 */
export async function serveFile(request: FastifyRequest, reply: FastifyReply, file: ServeFile): Promise<unknown> {
  const { size, mtimeMs } = await stat(file.path);
  const etag = `"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`;
  const modified = new Date(mtimeMs).toUTCString();
  const condition = request.headers['if-range'];
  const isMeant = condition === undefined || condition === etag || condition === modified;
  const range = isMeant ? rangeOf(request.headers.range, size) : undefined;
  reply.headers({ 'accept-ranges': 'bytes', etag, 'last-modified': modified });
  if (range === 'unsatisfiable') {
    file.sent({ status: 416, bytes: 0 });
    return reply.code(416).header('content-range', `bytes */${size}`).type('application/xml').send(INVALID_RANGE);
  }
  const piece: Piece = {
    path: file.path,
    ...(range ?? { start: 0, end: size - 1 }),
    status: range ? 206 : 200,
    headers: {
      'content-length': range ? range.end - range.start + 1 : size,
      'content-type': MEDIA_TYPES[extname(file.path)] ?? 'application/octet-stream',
      ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
    },
  };
  const { fault } = file;
  if (request.method === 'GET' && (fault?.kind === 'cut' || fault?.kind === 'wrong-size')) {
    return cutOff(reply, piece, { share: fault.share ?? 0.5, seconds: fault.seconds ?? 0, sent: file.sent });
  }
  reply.code(piece.status).headers(piece.headers);
  return Readable.from(counted(piece, file.sent), { objectMode: false });
}

const INVALID_RANGE =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidRange</Code><Message>The requested range cannot be satisfied.</Message></Error>';

async function* counted({ path, start, end, status }: Piece, sent: ServeFile['sent']): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { start, end })) {
      const part: Uint8Array = chunk;
      yield part;
      bytes += part.length;
    }
  } finally {
    sent({ status, bytes });
  }
}

interface Cut {
  /** Of the body that was promised. */
  readonly share: number;
  /** Silence before the line goes. */
  readonly seconds: number;
  readonly sent: ServeFile['sent'];
}

/** Promises the whole piece, sends a share of it and cuts the line. */
async function cutOff(reply: FastifyReply, piece: Piece, { share, seconds, sent }: Cut): Promise<FastifyReply> {
  const { path, start, end, status } = piece;
  const bytes = Math.floor((end - start + 1) * share);
  reply.hijack();
  reply.raw.writeHead(status, { ...Object.fromEntries(headersOf(reply)), ...piece.headers });
  if (bytes > 0)
    for await (const chunk of createReadStream(path, { start, end: start + bytes - 1 })) reply.raw.write(chunk);
  sent({ status, bytes });
  await sleep(seconds * 1000, undefined, { ref: false });
  reply.raw.write('', () => reply.raw.socket?.destroySoon());
  return reply;
}

const headersOf = (reply: FastifyReply): [string, string][] =>
  Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]);
