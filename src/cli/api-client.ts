import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type ModelDescription, modelDescription } from '../application/model-description.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { CliError, EXIT, noServer, reasonOf } from './cli-error.ts';
import type { FoundKey } from './keys.ts';

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

const refusal = z.looseObject({ error: z.looseObject({ message: z.string(), code: z.string().optional() }) });

/** The server is there but did not answer this time: worth another try. */
export class Unanswered extends Error {}

/** A server and the key it is asked with. */
export interface Api {
  create(body: JsonObject, idempotencyKey: string): Promise<RemoteGeneration>;
  /** Throws Unanswered when the line or the server failed, CliError when it refused. */
  get(id: string, signal?: AbortSignal): Promise<RemoteGeneration>;
  models(): Promise<readonly ModelDescription[]>;
}

const CREATE_TRIES = 3;
const ASK_SECONDS = 30;
/** A create waits for the server to fetch inputs. */
const CREATE_SECONDS = 180;

export function openApi(url: string, { key, origin }: FoundKey): Api {
  const call = async (question: Question): Promise<JsonObject> => {
    const answer = await send(url, key, question);
    if (answer.ok) return answer.body;
    throw refused(answer, origin);
  };
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
    get: async (id, signal) =>
      read(
        await call({
          method: 'GET',
          path: `/v1/video/generations/${encodeURIComponent(id)}`,
          seconds: ASK_SECONDS,
          ...(signal && { signal }),
        }),
      ),
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

interface Question {
  readonly method: string;
  readonly path: string;
  readonly seconds: number;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: JsonObject;
}

async function send(url: string, key: string, question: Question): Promise<Answer> {
  const { method, path, seconds, body, headers, signal } = question;
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

function unreachable(error: unknown): never {
  throw error instanceof Unanswered ? noServer(`The server does not answer: ${error.message}.`) : error;
}

function read(body: JsonObject): RemoteGeneration {
  const parsed = generation.safeParse(body);
  if (parsed.success) return { ...parsed.data, raw: body };
  throw new Unanswered('the answer is not a generation; is this an Onereel server?');
}

/** A refusal with all that is wrong. What is not in our form comes from something between: worth another try. */
function refused({ status, body }: Answer, keyOrigin: string): Error {
  const parsed = refusal.safeParse(body);
  if (!parsed.success) return new Unanswered(`the server answered HTTP ${status}`);
  const { message, code } = parsed.data.error;
  const hint = code === 'invalid_key' ? `\nThe key is from ${keyOrigin}. Is it a key of this server?` : '';
  return new CliError(EXIT.refused, message + hint, { ...(isJsonObject(body['error']) && body['error']), status });
}
