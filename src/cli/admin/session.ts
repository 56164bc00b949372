import type { JsonObject } from '../../domain/json.ts';
import { openCall, type Question, unreachable } from '../api-client.ts';
import { type ExitCode, noServer } from '../cli-error.ts';
import { findServer } from '../find-server.ts';
import type { Run } from '../generate.ts';
import { type FoundKey, findKey } from '../keys.ts';
import type { Output } from '../output.ts';

/** What every command of operators takes. */
export interface AdminOptions {
  readonly adminKey?: string;
  readonly json?: boolean;
}

type Body = Readonly<Record<string, unknown>>;

/** The admin API of a running server. Each throws CliError when it refuses, or cannot be reached. */
export interface AdminSession {
  readonly output: Output;
  readonly url: string;
  readonly key: FoundKey;
  readonly signal: AbortSignal;
  /** Relative file names are meant from here. */
  readonly folder: string;
  /** `query`: what is undefined is left out. */
  get(path: string, query?: Query): Promise<JsonObject>;
  post(path: string, body?: Body, headers?: Readonly<Record<string, string>>): Promise<JsonObject>;
  patch(path: string, body: Body): Promise<JsonObject>;
  remove(path: string): Promise<JsonObject>;
}

export type Query = Readonly<Record<string, string | undefined>>;

export type Act = (options: AdminOptions, act: (session: AdminSession) => Promise<ExitCode>) => Promise<void>;

const ADMIN = '/admin/v1';
const ASK_SECONDS = 60;

/** Finds the running server and the admin key. It starts none: what is not running has nothing to be administered by. */
export async function openAdminSession(
  { adminKey }: AdminOptions,
  { settings, output, signal }: Run,
): Promise<AdminSession> {
  const server = await findServer(settings);
  if (!server)
    throw noServer('No Onereel server runs here. Start it (onereel serve), or say where it is with ONEREEL_URL.');
  const key = adminKey === undefined ? await findKey(settings, 'admin') : { key: adminKey, origin: '--admin-key' };
  const call = openCall(server.url, key);
  const ask = (question: Omit<Question, 'seconds'>): Promise<JsonObject> =>
    call({ ...question, seconds: ASK_SECONDS, signal }).catch(unreachable);
  return {
    output,
    url: server.url,
    key,
    signal,
    folder: settings.folder,
    get: (path, query = {}) => ask({ method: 'GET', path: ADMIN + path + spelled(query) }),
    post: (path, body, headers) =>
      ask({ method: 'POST', path: ADMIN + path, body: jsonOf(body ?? {}), ...(headers && { headers }) }),
    patch: (path, body) => ask({ method: 'PATCH', path: ADMIN + path, body: jsonOf(body) }),
    remove: (path) => ask({ method: 'DELETE', path: ADMIN + path }),
  };
}

/** What is undefined is not sent. */
const jsonOf = (body: Body): JsonObject => JSON.parse(JSON.stringify(body));

/** The query of an address, with its question mark. */
export function spelled(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** A part of a path. */
export const inPath = (text: string): string => encodeURIComponent(text);
