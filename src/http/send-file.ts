import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeptFile } from '../application/ports.ts';
import { inlineNamed } from './file-name.ts';

/** What serving stored files needs. */
export interface FileParts {
  readonly files: {
    /** Bytes; undefined when there is nothing under the key. */
    size(storageKey: string): Promise<number | undefined>;
    read(storageKey: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  };
  readonly parseRange: (
    header: string | undefined,
    bytes: number,
  ) =>
    | { readonly kind: 'whole' }
    | { readonly kind: 'range'; readonly start: number; readonly end: number }
    | { readonly kind: 'unsatisfiable' };
}

/** Named after its key where it has no name of its own. */
interface NamedFile extends KeptFile {
  readonly name?: string;
}

/** Answers GET or HEAD with a stored file: ranges, entity tag, and nothing that a browser could take for a page. */
export function sendFile(
  { files, parseRange }: FileParts,
  {
    request,
    reply,
    file,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly file: NamedFile },
): FastifyReply {
  const etag = `"${file.sha256}"`;
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'content-type': file.mediaType,
    'cache-control': 'private, max-age=3600',
    'x-content-type-options': 'nosniff',
    'content-disposition': inlineNamed(file.name ?? file.storageKey.split('/').at(-1) ?? 'file'),
  });
  if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send();
  const ifRange = request.headers['if-range'];
  const asked = ifRange !== undefined && ifRange !== etag ? undefined : request.headers.range;
  const range = parseRange(asked, file.bytes);
  if (range.kind === 'unsatisfiable') {
    return reply.status(416).header('content-range', `bytes */${file.bytes}`).removeHeader('content-type').send();
  }
  const span = range.kind === 'range' ? { start: range.start, end: range.end } : undefined;
  const length = span ? span.end - span.start + 1 : file.bytes;
  reply.status(span ? 206 : 200).header('content-length', length);
  if (span) reply.header('content-range', `bytes ${span.start}-${span.end}/${file.bytes}`);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(Readable.from(files.read(file.storageKey, span), { objectMode: false }));
}

const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag) ?? false;
