import { Agent, request as send } from 'undici';
import type { ChannelAccess, ExchangeOutcome } from '../application/ports.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../domain/http.ts';
import { readAnswer } from './read-answer.ts';

/** Errors after which surely not one byte of the request has left: no name, no connection, no TLS. */
const NOTHING_SENT = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'EPROTO',
]);

export interface Line {
  readonly agent: Agent;
  /** Where huge base64 values of answers are decoded to. */
  readonly spoolFolder: string;
}

export const openAgent = (): Agent =>
  new Agent({ connect: { timeout: 10_000 }, keepAliveTimeout: 10_000, pipelining: 1, connections: 128 });

/** One signed request at an absolute address, and its parsed answer. */
export async function perform<Input, Result>(
  line: Line,
  call: { readonly origin: string; readonly request: HttpRequest; readonly deadlineSeconds: number },
  exchange: Exchange<Input, Result>,
  input: Input,
): Promise<ExchangeOutcome<Result>> {
  let answer: HttpResponse;
  try {
    const response = await send(addressOf(call.origin, call.request), {
      dispatcher: line.agent,
      method: call.request.method,
      headers: headersOf(call.request),
      ...bodyOf(call.request),
      signal: AbortSignal.timeout(call.deadlineSeconds * 1000),
      headersTimeout: call.deadlineSeconds * 1000,
      bodyTimeout: call.deadlineSeconds * 1000,
    });
    answer = await readAnswer(response, { spoolFolder: line.spoolFolder, spools: exchange.spools });
  } catch (error) {
    return { answered: false, sent: !NOTHING_SENT.has(codeOf(error)), reason: reasonOf(error) };
  }
  return { answered: true, result: exchange.parse(answer, input) };
}

/** Base, path and query as the adapter wrote them. The base may have a path of its own. */
export function addressOf(origin: string, { path, query }: HttpRequest): URL {
  const url = new URL(origin.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) url.searchParams.append(name, one);
  }
  return url;
}

export function headersOf({ headers, body }: HttpRequest): Record<string, string> {
  const type =
    body === undefined
      ? {}
      : { 'content-type': 'json' in body ? 'application/json' : 'application/x-www-form-urlencoded' };
  return { accept: 'application/json', 'user-agent': 'onereel', ...type, ...headers };
}

export function bodyOf({ body }: HttpRequest): { readonly body?: string } {
  if (body === undefined) return {};
  return { body: 'json' in body ? JSON.stringify(body.json) : new URLSearchParams(body.form).toString() };
}

function codeOf(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return '';
}

const reasonOf = (error: unknown): string => {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code ? `${code}: ${message}` : message;
};

/** The address a channel's origin stands for. `sandbox:` origins lead to the emulators of this very process. */
export function originOf(
  channel: ChannelAccess,
  {
    origins,
    name,
    sandbox,
  }: {
    readonly origins: Readonly<Record<string, string>>;
    readonly name: string;
    readonly sandbox: string | undefined;
  },
): string {
  const origin = channel.origins[name] ?? channel.origins['*'] ?? origins[name];
  if (origin === undefined) throw new Error(`channel ${channel.name} has no origin ${name}`);
  if (!origin.startsWith('sandbox:')) return origin;
  if (sandbox === undefined) throw new Error('the sandbox is not running in this process');
  return sandbox + origin.slice('sandbox:'.length);
}
