import { Agent, type Dispatcher, request as send } from 'undici';
import type { ChannelAccess, ExchangeOutcome } from '../application/ports.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../domain/http.ts';
import { noting } from './first-byte.ts';
import { readAnswer } from './read-answer.ts';

export interface Line {
  readonly agent: Agent;
  /** Where huge base64 values of answers are decoded to. */
  readonly spoolFolder: string;
}

/** HTTP/1.1 only: HTTP/2 may send a request again by itself when a stream is refused, and a create is sent once. */
export const openAgent = ({ connectSeconds = 10 } = {}): Agent =>
  new Agent({
    connect: { timeout: connectSeconds * 1000 },
    keepAliveTimeout: 10_000,
    pipelining: 1,
    connections: 128,
    allowH2: false,
  });

interface Performed {
  readonly origin: string;
  readonly request: HttpRequest;
  readonly deadlineSeconds: number;
  /** On a connection of its own: a kept one may be closed by the other side just as a create is sent on it. */
  readonly fresh?: boolean;
}

/** One signed request at an absolute address, and its parsed answer. */
export async function perform<Input, Result>(
  line: Line,
  call: Performed,
  exchange: Exchange<Input, Result>,
  input: Input,
): Promise<ExchangeOutcome<Result>> {
  let sent = false;
  const dispatcher = noting(line.agent, () => {
    sent = true;
  });
  try {
    const answer = await ask({ ...line, dispatcher }, call, exchange.spools);
    return { answered: true, result: exchange.parse(answer, input) };
  } catch (error) {
    return { answered: false, sent, reason: reasonOf(error) };
  }
}

async function ask(
  { dispatcher, spoolFolder }: Line & { readonly dispatcher: Dispatcher },
  { origin, request, deadlineSeconds, fresh }: Performed,
  spools: string | undefined,
): Promise<HttpResponse> {
  const response = await send(addressOf(origin, request), {
    dispatcher,
    method: request.method,
    headers: headersOf(request),
    ...bodyOf(request),
    signal: AbortSignal.timeout(deadlineSeconds * 1000),
    headersTimeout: deadlineSeconds * 1000,
    bodyTimeout: deadlineSeconds * 1000,
    // Closed after the answer: with an agent of its own, no create ever finds an idle connection.
    ...(fresh && { reset: true }),
  });
  return readAnswer(response, { spoolFolder, spools });
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

function bodyOf({ body }: HttpRequest): { readonly body?: string } {
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
