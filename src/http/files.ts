import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { authenticate } from '../application/authenticate.ts';
import type { UploadedFile } from '../application/file-store.ts';
import type { Caller, Keys } from '../application/ports.ts';
import { Refusal } from '../application/refusal.ts';
import { type FileContext, uploadFile } from '../application/upload-file.ts';
import { parseFileId, spellFileId } from '../domain/file-id.ts';
import type { Warning } from '../domain/request.ts';
import { type ReadFileForm, readFileForm } from './file-form.ts';
import type { FileAnswer, FileListAnswer } from './file-schemas.ts';
import { type FileParts, sendFile } from './send-file.ts';

export interface FileRouteParts extends FileParts {
  readonly ctx: FileContext;
  readonly keys: Keys;
}

const PATH = '/v1/files';
export const FILE_LIST_LIMIT = { most: 100, usual: 20 } as const;

/** Files that are uploaded before the requests that use them: in, list, read, content, out. */
export const fileRoutes =
  (parts: FileRouteParts): FastifyPluginCallback =>
  (app, _options, done) => {
    const callers = new WeakMap<FastifyRequest, Caller>();
    const callerOf = (request: FastifyRequest): Caller => {
      const caller = callers.get(request);
      if (caller) return caller;
      throw new Error('the caller is set before any handler runs');
    };
    app.addHook('onRequest', async (request) => {
      callers.set(request, await authenticate(parts.keys, request));
      if (request.method === 'POST') refuseOtherForms(request);
    });
    app.register(multipart);
    app.register(async (inner) => routes(inner, parts, callerOf));
    done();
  };

function routes(app: FastifyInstance, parts: FileRouteParts, callerOf: (request: FastifyRequest) => Caller): void {
  const { ctx } = parts;
  app.post(PATH, async (request): Promise<FileAnswer> => {
    let form: ReadFileForm | undefined;
    const file = await uploadFile(ctx, {
      caller: callerOf(request),
      declaredBytes: declaredBytes(request),
      read: async (receive) => {
        form = await withPatience(request, () => readFileForm(request, receive));
        return form;
      },
    });
    return render(file, form?.warnings);
  });
  app.get<{ Querystring: Record<string, unknown> }>(PATH, async (request): Promise<FileListAnswer> => {
    const { files, hasMore } = await ctx.files.list(callerOf(request), readPage(request.query));
    const [first, last] = [files[0], files.at(-1)];
    return {
      object: 'list',
      data: files.map((file) => render(file)),
      first_id: first ? spellFileId(first.id) : null,
      last_id: last ? spellFileId(last.id) : null,
      has_more: hasMore,
    };
  });
  const found = async (request: FastifyRequest<{ Params: { id: string } }>): Promise<UploadedFile> => {
    const id = parseFileId(request.params.id);
    const file = id === undefined ? undefined : await ctx.files.read(callerOf(request), id);
    if (file) return file;
    throw missing(request.params.id);
  };
  app.get<{ Params: { id: string } }>(`${PATH}/:id`, async (request) => render(await found(request)));
  app.route<{ Params: { id: string } }>({
    // Both, because the HEAD that Fastify adds by itself says that the file is empty.
    method: ['GET', 'HEAD'],
    url: `${PATH}/:id/content`,
    handler: async (request, reply) => {
      const { facts, storageKey, sha256, name } = await found(request);
      const { mediaType, bytes } = facts;
      if ((await parts.files.size(storageKey)) !== bytes)
        throw new Refusal('not_found', 'The bytes of this file are not in the storage any more. Upload it again.');
      return sendFile(parts, { request, reply, file: { storageKey, sha256, mediaType, bytes, name } });
    },
  });
  app.delete<{ Params: { id: string } }>(`${PATH}/:id`, async (request) => {
    const id = parseFileId(request.params.id);
    if (id === undefined || !(await ctx.files.remove(callerOf(request), id))) throw missing(request.params.id);
    return { id: spellFileId(id), object: 'file', deleted: true };
  });
}

const missing = (id: string): Refusal =>
  new Refusal('not_found', `There is no file ${id.slice(0, 80)}: it was deleted, has expired, or never was.`, {
    param: 'id',
  });

/** Before the body is read, so that nothing is sent in vain. */
function refuseOtherForms({ headers }: FastifyRequest): void {
  const type = headers['content-type'] ?? '';
  const isForm = /^multipart\/form-data\s*(?:;|$)/i.test(type);
  if (isForm && /;\s*boundary=(?:"[^"]+"|[^\s;"]+)/i.test(type)) return;
  const found = isForm ? 'has no boundary' : `is ${JSON.stringify(type.slice(0, 80))}`;
  throw new Refusal(
    'unsupported_media_type',
    `Content-Type ${found}; a file is sent as multipart/form-data with a boundary, as curl -F file=@fox.png does.`,
    { param: 'Content-Type' },
  );
}

function declaredBytes({ headers }: FastifyRequest): number | undefined {
  const bytes = Number(headers['content-length']);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A caller that sends nothing for so long has gone. */
const SILENT_SECONDS = 60;

async function withPatience<T>({ raw }: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const giveUp = (): void => {
    raw.destroy();
  };
  raw.socket.setTimeout(SILENT_SECONDS * 1000, giveUp);
  try {
    return await work();
  } finally {
    raw.socket.off('timeout', giveUp).setTimeout(0);
  }
}

function readPage(query: Readonly<Record<string, unknown>>): { readonly limit: number; readonly after?: bigint } {
  const { limit = '', after = '' } = query;
  const count = limit === '' ? FILE_LIST_LIMIT.usual : /^\d{1,4}$/.test(String(limit)) ? Number(limit) : 0;
  if (count < 1 || count > FILE_LIST_LIMIT.most)
    throw new Refusal(
      'invalid_value',
      `limit is ${shown(limit)}; it must be a whole number from 1 to ${FILE_LIST_LIMIT.most}.`,
      {
        param: 'limit',
      },
    );
  if (after === '') return { limit: count };
  const id = typeof after === 'string' ? parseFileId(after) : undefined;
  if (id !== undefined) return { limit: count, after: id };
  throw new Refusal('invalid_value', `after is ${shown(after)}; it must be the id of a file.`, { param: 'after' });
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

function render(file: UploadedFile, warnings: readonly Warning[] = []): FileAnswer {
  const { mediaType, bytes, width, height, seconds, fps, audio } = file.facts;
  return {
    id: spellFileId(file.id),
    object: 'file',
    bytes,
    created_at: Math.floor(file.createdAt),
    expires_at: Math.floor(file.expiresAt),
    filename: file.name,
    purpose: file.purpose,
    media: {
      type: mediaType,
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      ...(seconds !== undefined && { seconds }),
      ...(fps !== undefined && { fps }),
      ...(audio !== undefined && { audio }),
    },
    sha256: file.sha256,
    livemode: file.livemode,
    ...(warnings.length > 0 && {
      warnings: warnings.map(({ code, param, message }) => ({ code, param, message })),
    }),
  };
}
