import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type ModelDescription, modelDescription } from '../application/model-description.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { CliError, EXIT, noServer, reasonOf } from './cli-error.ts';
import type { FoundKey } from './keys.ts';
import { type RemoteQuote, remoteQuote } from './remote-quote.ts';

/** A generation as a server answers it: only what the commands read. The whole answer is kept for `--json`. */
const generation = z.looseObject({
  id: z.string(),
  model: z.string(),
  mode: z.string().optional(),
  status: z.string(),
  progress: z.number().default(0),
  prompt: z.string().default(''),
  delayed: z.boolean().default(false),
  livemode: z.boolean().default(false),
  warnings: z.array(z.looseObject({ message: z.string() })).default([]),
  cost: z.looseObject({ quoted_micros: z.number(), settled_micros: z.number() }).optional(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
  video_url: z.string().optional(),
  result: z
    .looseObject({
      media: z.looseObject({
        seconds: z.number(),
        width: z.number(),
        height: z.number(),
        fps: z.number(),
        bytes: z.number(),
        sha256: z.string(),
        audio: z.boolean(),
      }),
    })
    .optional(),
});
export interface RemoteGeneration extends z.infer<typeof generation> {
  readonly raw: JsonObject;
}

/** A file as a server answers it. */
const file = z.looseObject({
  id: z.string(),
  filename: z.string(),
  bytes: z.number(),
  expires_at: z.number(),
  media: z.looseObject({ type: z.string() }),
});
export type RemoteFile = z.infer<typeof file>;
const filePage = z.looseObject({ data: z.array(file), has_more: z.boolean(), last_id: z.string().nullable() });

const refusal = z.looseObject({ error: z.looseObject({ message: z.string(), code: z.string().optional() }) });

/** The server is there but did not answer this time: worth another try. */
export class Unanswered extends Error {}

/** A server and the key it is asked with. */
export interface Api {
  create(body: JsonObject, idempotencyKey: string): Promise<RemoteGeneration>;
  /** Throws Unanswered when the line or the server failed, CliError when it refused. */
  get(id: string, signal?: AbortSignal): Promise<RemoteGeneration>;
  /** Throws CliError when it is refused, or the server cannot be reached. */
  quote(body: JsonObject): Promise<RemoteQuote>;
  models(): Promise<readonly ModelDescription[]>;
  /** Streams a file of this machine. Throws CliError when it is refused, or the server cannot be reached. */
  upload(file: FileToSend, signal?: AbortSignal): Promise<RemoteFile>;
  /** All that are kept, newest first. */
  files(): Promise<readonly RemoteFile[]>;
  removeFile(id: string): Promise<void>;
}

interface FileToSend {
  readonly path: string;
  /** Absent: what the server does by itself. */
  readonly expiresInSeconds?: number;
}

const CREATE_TRIES = 3;
const ASK_SECONDS = 30;
/** A create waits for the server to fetch inputs. */
const CREATE_SECONDS = 180;
/** 200 MB at 1 Mbit per second. */
const UPLOAD_SECONDS = 1800;

/** Asks a server one thing. Throws Unanswered when the line or the server failed, CliError when it refused. */
export const openCall =
  (url: string, { key, origin }: FoundKey) =>
  async (question: Question): Promise<JsonObject> => {
    const answer = await send(url, key, question);
    if (answer.ok) return answer.body;
    throw refused(answer, origin);
  };

export function openApi(url: string, key: FoundKey): Api {
  const call = openCall(url, key);
  return {
    create: (body, idempotencyKey) =>
      repeated(async () =>
        read(
          await call({
            method: 'POST',
            path: '/v1/video/generations',
            seconds: CREATE_SECONDS,
            body,
            headers: { 'idempotency-key': idempotencyKey },
          }),
        ),
      ),
    quote: async (body) => {
      const question = { method: 'POST', path: '/v1/video/quotes', seconds: CREATE_SECONDS, body };
      const answer = await call(question).catch(unreachable);
      return { ...parsedAs(remoteQuote, answer, 'a quote'), raw: answer };
    },
    get: async (id, signal) =>
      read(
        await call({
          method: 'GET',
          path: `/v1/video/generations/${encodeURIComponent(id)}`,
          seconds: ASK_SECONDS,
          ...(signal && { signal }),
        }),
      ),
    upload: ({ path, expiresInSeconds }, signal) =>
      repeated(async () => {
        const form = new FormData();
        form.append('file', await openAsBlob(path), basename(path));
        if (expiresInSeconds !== undefined) form.append('expires_after', String(expiresInSeconds));
        const question = { method: 'POST', path: '/v1/files', seconds: UPLOAD_SECONDS, form };
        return parsedAs(file, await call({ ...question, ...(signal && { signal }) }), 'a file');
      }),
    files: async () => {
      const all: RemoteFile[] = [];
      for (let after = ''; ; ) {
        const path = `/v1/files?limit=100${after}`;
        const answer = await call({ method: 'GET', path, seconds: ASK_SECONDS }).catch(unreachable);
        const { data, has_more, last_id } = parsedAs(filePage, answer, 'a list of files');
        all.push(...data);
        if (!has_more || last_id === null) return all;
        after = `&after=${last_id}`;
      }
    },
    removeFile: async (id) => {
      const path = `/v1/files/${encodeURIComponent(id)}`;
      await call({ method: 'DELETE', path, seconds: ASK_SECONDS }).catch(unreachable);
    },
    models: async () => {
      const { data } = await call({ method: 'GET', path: '/v1/video/models', seconds: ASK_SECONDS }).catch(unreachable);
      const parsed = z.array(modelDescription).safeParse(data);
      if (parsed.success) return parsed.data;
      throw noServer(
        'The server lists its models in an unknown form; it is another version. Use its own command line.',
      );
    },
  };
}

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly seconds: number;
  readonly body?: JsonObject;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: JsonObject;
}

async function send(url: string, key: string, question: Question): Promise<Answer> {
  const { method, path, seconds, body, form, headers, signal } = question;
  const limit = AbortSignal.timeout(seconds * 1000);
  try {
    const response = await fetch(url.replace(/\/+$/, '') + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(form && { body: form }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const json: unknown = await response.json();
    return { ok: response.ok, status: response.status, body: isJsonObject(json) ? json : {} };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unanswered(reasonOf(error));
  }
}

/** Under one Idempotency-Key a repeat cannot make a second generation. */
async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (tries === CREATE_TRIES) return unreachable(error);
      await sleep(tries * 500);
    }
  }
}

/** Of a command that asks once. */
export function unreachable(error: unknown): never {
  throw error instanceof Unanswered ? noServer(`The server does not answer: ${error.message}.`) : error;
}

const read = (body: JsonObject): RemoteGeneration => ({ ...parsedAs(generation, body, 'a generation'), raw: body });

function parsedAs<T>(schema: z.ZodType<T>, body: JsonObject, what: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Unanswered(`the answer is not ${what}; is this an Onereel server?`);
}

/** A refusal with all that is wrong. What is not in our form comes from something between: worth another try. */
function refused({ status, body }: Answer, keyOrigin: string): Error {
  const parsed = refusal.safeParse(body);
  if (!parsed.success) return new Unanswered(`the server answered HTTP ${status}`);
  const { message, code } = parsed.data.error;
  const hint = code === 'invalid_key' ? `\nThe key is from ${keyOrigin}. Is it a key of this server?` : '';
  return new CliError(EXIT.refused, message + hint, { ...(isJsonObject(body['error']) && body['error']), status });
}
