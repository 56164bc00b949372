import { createHash } from 'node:crypto';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { Refusal } from '../application/refusal.ts';

import { inputLinkRoutes } from './input-links.ts';
import { hmacLinks } from './links.ts';

const bytes = Buffer.from('a picture');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const secret = Buffer.from('a secret of the installation');

async function serving(now: () => number, size: number | undefined = bytes.length) {
  const links = hmacLinks(secret, now);
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) =>
    error instanceof Refusal ? reply.status(error.status).send(error.code) : reply.status(500).send(),
  );
  await app.register(
    inputLinkRoutes({
      links,
      inputs: {
        find: async (id) =>
          id === 42n
            ? { storageKey: 'inputs/1/live/x', mediaType: 'image/png', bytes: bytes.length, sha256 }
            : undefined,
      },
      files: {
        size: async () => size,
        read: async function* (_key, range) {
          yield bytes.subarray(range?.start ?? 0, (range?.end ?? bytes.length - 1) + 1);
        },
      },
      parseRange: (header) => {
        const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(header ?? '') ?? [];
        return start === undefined ? { kind: 'whole' } : { kind: 'range', start: Number(start), end: Number(end) };
      },
    }),
  );
  const pathTo = (id: bigint): string => links.signInput('', id);
  return { app, pathTo };
}

test('a signed link gives the input, whole and in parts, as what it is', async () => {
  const { app, pathTo } = await serving(() => 0);
  const whole = await app.inject(pathTo(42n));
  expect([whole.statusCode, whole.body]).toEqual([200, 'a picture']);
  expect(whole.headers).toMatchObject({
    'content-type': 'image/png',
    'content-length': '9',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    etag: `"${sha256}"`,
  });
  const part = await app.inject({ url: pathTo(42n), headers: { range: 'bytes=2-4' } });
  expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, 'pic', 'bytes 2-4/9']);
  const head = await app.inject({ method: 'HEAD', url: pathTo(42n) });
  expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', '9']);
});

test('without a good signature it stays shut, and what is gone says so', async () => {
  let now = 0;
  const { app, pathTo } = await serving(() => now);
  const answer = async (url: string) => {
    const { statusCode, body } = await app.inject(url);
    return `${statusCode} ${body}`;
  };
  const good = pathTo(42n);
  expect(await answer('/v1/inputs/42')).toBe('401 invalid_key');
  expect(await answer(good.replace('/42?', '/43?'))).toBe('401 invalid_key');
  expect(await answer(good.replace('/42?', '/x?'))).toBe('401 invalid_key');
  expect(await answer(good.replace(/expires=\d+/, 'expires=99999999999'))).toBe('401 invalid_key');
  expect(await answer(pathTo(43n))).toBe('404 not_found');
  const lost = await serving(() => 0, 3);
  expect((await lost.app.inject(lost.pathTo(42n))).statusCode).toBe(404);
  now = 90_000;
  expect(await answer(good)).toBe('401 invalid_key');
});
