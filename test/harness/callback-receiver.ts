import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A callback as it came over the wire. */
export interface Received {
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  readonly body: any;
  readonly atMs: number;
}

/** A customer's server on loopback. */
export interface CallbackReceiver {
  readonly url: string;
  /** For ONEREEL_FETCH_ALLOW. */
  readonly hostPort: string;
  readonly received: readonly Received[];
  /** Those of one task, oldest first. */
  of(taskId: string): readonly Received[];
  /** How the next calls are answered, one each; 200 after them, unless `otherwise` says more. */
  script(...answers: readonly Answer[]): void;
  otherwise(answer: Answer): void;
  close(): Promise<void>;
}

/** A status, or what else may go wrong. */
type Answer = number | 'drop' | 'hang' | { readonly status: number; readonly headers: Record<string, string> };

export async function startCallbackReceiver(): Promise<CallbackReceiver> {
  const received: Received[] = [];
  const answers: Answer[] = [];
  let usual: Answer = 200;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      const { url: path = '/', headers } = request;
      received.push({ path, headers, text, body: text === '' ? undefined : JSON.parse(text), atMs: Date.now() });
      give(response, answers.shift() ?? usual);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens has a port
  return {
    url: `http://${hostPort}`,
    hostPort,
    received,
    of: (taskId) => received.filter(({ body }) => body?.id === taskId),
    script: (...next) => void answers.push(...next),
    otherwise: (answer) => {
      usual = answer;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function give(response: ServerResponse, answer: Answer): void {
  if (answer === 'hang') return;
  if (answer === 'drop') return void response.destroy();
  const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
  response.writeHead(status, headers).end('{}');
}

/** Whether a callback was signed with this key: written from Vidu's page alone. */
export function isSignedBy(key: string, { path, headers }: Pick<Received, 'path' | 'headers'>): boolean {
  const [pathname = '/', query = ''] = path.split('?', 2);
  const named = String(headers['x-hmac-signed-headers']).split(';');
  const signedHeaders = named.map((name) => `${name}:${headers[name.toLowerCase()]}\n`).join('');
  const text = `POST\n${pathname}\n${query}\n${headers['x-hmac-access-key']}\n${headers.date}\n${signedHeaders}`;
  return createHmac('sha256', key).update(text).digest('base64') === headers['x-hmac-signature'];
}
