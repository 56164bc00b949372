import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { EmulatorContext } from './context.ts';
import { createFaultyRoutes } from './faults.ts';
import { findTask } from './find-task.ts';
import { type PlainTrouble, Refusal } from './refusal.ts';
import { type ServeFile, serveFile } from './serve-file.ts';
import { phaseAt } from './timeline.ts';

const Params = z.object({ id: z.string(), file: z.string() });
const Query = z.object({ Expires: z.string().default(''), Signature: z.string().default('') });
const FILE = /^(video|cover|last)-(\d)\.(mp4|jpg|png)$/;

/** The XML error form of object stores, which both vendors' result addresses are. */
function storageRefusal(status: number, code: string, message: string): Refusal {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Refusal(status, xml, { 'content-type': 'application/xml' });
}

const TROUBLES: Readonly<Record<PlainTrouble, readonly [number, string]>> = {
  too_large: [413, 'EntityTooLarge'],
  not_json: [400, 'InvalidRequest'],
  not_found: [404, 'NoSuchKey'],
  too_many: [429, 'SlowDown'],
  internal: [500, 'InternalError'],
};

function storageTrouble(kind: PlainTrouble): never {
  const [status, code] = TROUBLES[kind];
  throw storageRefusal(status, code, 'Please try again.');
}

/** The address under which this emulator is reached, with its prefix. */
export function baseOf(context: EmulatorContext, request: FastifyRequest, prefix: string): string {
  return `${context.options.publicUrl ?? `${request.protocol}://${request.host}`}${prefix}`;
}

/** Keeps for tests what a download asked for, and how much of it was sent. */
export function captureDownload(
  { capture, store }: EmulatorContext,
  { url: path, method, headers }: FastifyRequest,
  { vendor, account }: { readonly vendor: string; readonly account: string },
): ServeFile['sent'] {
  const { range, 'if-range': ifRange } = headers;
  if (method !== 'GET') return () => undefined;
  return ({ status, bytes }) => {
    const body = { status, bytes, ...(range && { range }), ...(ifRange && { ifRange }) };
    void store.now().then((atMs) => capture.add({ vendor, operation: 'download', path, atMs, account, body }));
  };
}

export interface DownloadOptions {
  readonly vendor: string;
  /** Ark's links carry their own signature and refuse an Authorization header next to it. */
  readonly refusesAuthorization: boolean;
}

/** Result links: `GET …/files/{id}/{video|cover|last}-{n}.…` with `Expires` and `Signature`. */
export function addDownloads(app: FastifyInstance, context: EmulatorContext, options: DownloadOptions): void {
  const faulty = createFaultyRoutes({ ...options, faults: context.faults, trouble: storageTrouble });

  async function checkLink(request: FastifyRequest): Promise<{ readonly id: string; readonly file: string }> {
    const target = Params.parse(request.params);
    const query = Query.parse(request.query);
    if (options.refusesAuthorization && request.headers.authorization !== undefined) {
      throw storageRefusal(400, 'InvalidArgument', 'Only one auth mechanism allowed.');
    }
    const given = { expires: query.Expires, signature: query.Signature, nowMs: await context.store.now() };
    const verdict = context.links.check({ vendor: options.vendor, ...target }, given);
    if (verdict === 'forged') throw storageRefusal(403, 'SignatureDoesNotMatch', 'The signature is not ours.');
    if (verdict === 'expired') throw storageRefusal(403, 'AccessDenied', 'Request has expired');
    return target;
  }

  async function pathOf(
    { id, file }: { readonly id: string; readonly file: string },
    change: { readonly remade: boolean },
  ): Promise<{ readonly path: string; readonly account: string }> {
    const nowMs = await context.store.now();
    const [, kind, index] = FILE.exec(file) ?? [];
    const task = await findTask(context, { vendor: options.vendor, id }, nowMs);
    const there = task !== undefined && phaseAt(task.doc, nowMs) === 'succeeded';
    const made = there ? await context.renderings.open(task, Number(index), change) : undefined;
    if (task === undefined || made === undefined)
      throw storageRefusal(404, 'NoSuchKey', 'The specified key does not exist.');
    const path = kind === 'cover' ? made.posterPath : kind === 'last' ? made.lastFramePath : made.videoPath;
    return { path, account: task.account };
  }

  app.get(
    '/files/:id/:file',
    faulty('download', async (request, reply, fault) => {
      const target = await checkLink(request);
      const { path, account } = await pathOf(target, { remade: fault?.kind === 'remade' });
      if (request.method === 'GET') await context.store.count(options.vendor, target.id, 'downloads');
      if (fault?.kind === 'not-video') return reply.type('video/mp4').send('<html>Please sign in</html>');
      return serveFile(request, reply, {
        path,
        fault,
        sent: captureDownload(context, request, { ...options, account }),
      });
    }),
  );
}
