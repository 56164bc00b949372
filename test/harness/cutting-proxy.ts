import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A line to a server that breaks before any answer comes through, for as many connections as are told. */
export interface CuttingProxy {
  readonly url: string;
  /** How many of the next requests arrive and get no answer. */
  cut(requests: number): void;
  close(): Promise<void>;
}

/** How long a request has to arrive before its line breaks. */
const ARRIVAL_MILLISECONDS = 50;

export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('close', end);
    upstream.on('close', end);
    client.on('data', (bytes) => {
      upstream.write(bytes);
      if (cuts === 0 || !bytes.includes('POST ')) return;
      cuts -= 1;
      upstream.removeListener('data', answer);
      upstream.pause();
      setTimeout(end, ARRIVAL_MILLISECONDS);
    });
    const answer = (bytes: Buffer): void => void client.write(bytes);
    upstream.on('data', answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (requests) => {
      cuts = requests;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
