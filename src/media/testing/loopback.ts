import { createServer, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createRawServer,
  type Server as RawServer,
  type Socket,
} from 'node:net';
import type { Dial } from '../guarded-connect.ts';
import {
  createGuardedFetcher,
  type GuardedFetcher,
  type GuardedFetcherOptions,
  type GuardedFetchOptions,
  type GuardedResponse,
} from '../guarded-fetch.ts';

/** Servers on loopback and fetchers for them; `close` ends all. */
export class Loopback {
  readonly #closing: (() => Promise<void> | void)[] = [];

  /** The port of an HTTP server. */
  serve(answer: RequestListener): Promise<number> {
    return this.#listen(createServer(answer));
  }

  /** The port of a server that answers the first bytes with whatever it likes. */
  serveRaw(answer: (socket: Socket, bytes: Buffer) => void): Promise<number> {
    return this.#listen(createRawServer((socket) => void socket.once('data', (bytes) => answer(socket, bytes))));
  }

  fetcher(allow: readonly string[], more: Omit<GuardedFetcherOptions, 'allow'> = {}): GuardedFetcher {
    const made = createGuardedFetcher({ allow, ...more });
    this.#closing.push(() => made.close());
    return made;
  }

  /** Fetches from one of the servers, which is allowed. */
  fetch(port: number, options?: GuardedFetchOptions, path = '/clip.mp4?token=secret'): Promise<GuardedResponse> {
    return this.fetcher([`127.0.0.1:${port}`]).fetch(`http://127.0.0.1:${port}${path}`, options);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0)) await close();
  }

  async #listen(server: Server | RawServer): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#closing.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return (server.address() as AddressInfo).port; // a TCP server's address has this form
  }
}

/** All bytes of a body. */
export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** The names of a fake public internet all lead to one loopback server; what was dialled is noted. */
export function fakeInternet(port: number, dialled: string[]): Dial {
  return ({ addresses }, callback) => {
    dialled.push(...addresses);
    const socket = connect(port, '127.0.0.1', () => callback(null, socket));
    socket.on('error', (error) => callback(error, null));
  };
}
