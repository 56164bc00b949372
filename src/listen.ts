import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Config, ConfigError } from './config.ts';

type Place = Pick<Config, 'host' | 'port'>;

/**
 * Tries the place and leaves it again: a start that would fail there must not first change keys and channels or take work.
 * Throws ConfigError.
 */
export async function refuseTakenPlace({ host, port }: Place): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(placeError(error, { host, port })));
    server.listen({ host, port }, () => server.close(() => resolve()));
  });
}

/** Listens, and answers the address that a person on this machine can open. Throws ConfigError. */
export async function listen(app: FastifyInstance, { host, port }: Place): Promise<string> {
  await app.listen({ host, port }).catch((error: unknown) => {
    throw placeError(error, { host, port });
  });
  const address = app.server.address() as AddressInfo; // a TCP server that listens has a port
  const shown =
    address.address === '::' || address.address === '0.0.0.0'
      ? '127.0.0.1'
      : address.family === 'IPv6'
        ? `[${address.address}]`
        : address.address;
  return `http://${shown}:${address.port}`;
}

function placeError(error: unknown, { host, port }: Place): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new ConfigError(`Port ${port} on ${host} is in use. Stop what listens there, or set PORT to another one.`);
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new ConfigError(
      `Cannot listen on ${host}:${port} (${code}). Set HOST and PORT to an address of this machine.`,
    );
  return error;
}
