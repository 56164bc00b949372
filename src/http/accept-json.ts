import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../application/refusal.ts';
import type { Json } from '../domain/json.ts';
import { type BodyHold, openBodyBudget } from './body-budget.ts';
import { parseJsonBody } from './json-body.ts';
import { readAway } from './read-away.ts';

const MEBIBYTE = 1024 * 1024;
/** Bodies up to this are read, where a route does not say otherwise. Vidu takes 20 MB. */
export const BODY_LIMIT_BYTES = 20 * MEBIBYTE;

/**
 * Large bodies in memory at once. A request needs about four times its body while it is read and its media are taken
 * out: bytes, text, values, decoded media.
 */
const HELD_BYTES = 128 * MEBIBYTE;
/** Smaller bodies are always taken. */
const SMALL_BYTES = MEBIBYTE;

/** `application/json` in plain UTF-8, up to the route's `bodyLimit`; an empty body is fine everywhere. */
export function acceptJson(app: FastifyInstance): void {
  const budget = openBodyBudget(HELD_BYTES);
  const holds = new WeakMap<FastifyRequest, BodyHold>();
  app.removeAllContentTypeParsers();
  app.addHook('preParsing', async (request, reply) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding === undefined && Number(length ?? 0) <= SMALL_BYTES) return;
    const hold = budget.open();
    holds.set(request, hold);
    reply.raw.once('close', () => hold.release());
  });
  app.addContentTypeParser(/^(?:application|text)\/(?:[\w.+-]+\+)?json/i, async (request: FastifyRequest) => {
    try {
      return await readJson(request, { hold: holds.get(request), fits: budget.fits });
    } catch (error) {
      readAway(request.raw);
      throw error;
    }
  });
}

interface Room {
  readonly hold: BodyHold | undefined;
  readonly fits: (bytes: number) => boolean;
}

async function readJson(request: FastifyRequest, room: Room): Promise<Json> {
  const limit = request.routeOptions.bodyLimit;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) throw tooLarge(limit);
  refuseCompressed(request);
  if (declared > SMALL_BYTES && !room.fits(declared)) throw tooMany();
  return parseJsonBody(await readBytes(request, { limit, declared, room }));
}

/** The whole body. Counted as it comes, so that what a slow caller only announced takes no room from others. */
function readBytes(
  { raw }: FastifyRequest,
  { limit, declared, room }: { readonly limit: number; readonly declared: number; readonly room: Room },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Memory that was only announced is not used before it is written to.
    const whole = declared > 0 ? Buffer.allocUnsafeSlow(declared) : undefined;
    const parts: Buffer[] = [];
    let bytes = 0;
    const end = (finish: () => void): void => {
      raw.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      finish();
    };
    const onData = (chunk: Buffer): void => {
      if (whole) whole.set(chunk, bytes);
      else parts.push(chunk);
      bytes += chunk.length;
      if (bytes > limit) end(() => reject(tooLarge(limit)));
      else if (room.hold?.take(chunk.length) === false && bytes > SMALL_BYTES) end(() => reject(tooMany()));
    };
    const onEnd = (): void => end(() => resolve(whole?.subarray(0, bytes) ?? Buffer.concat(parts)));
    const onError = (error: Error): void => end(() => reject(cutOff(error.message)));
    const onClose = (): void => end(() => reject(cutOff('the connection was closed')));
    if (raw.destroyed) return onClose();
    raw.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

const cutOff = (reason: string): Refusal => new Refusal('invalid_json', `The body did not come whole: ${reason}.`);

const tooLarge = (limit: number): Refusal =>
  new Refusal(
    'too_large',
    `The body is larger than ${limit} bytes (${Math.floor(limit / MEBIBYTE)} MiB). Upload media with POST /v1/files and send their ids, or send URLs, instead of the bytes themselves.`,
  );

const tooMany = (): Refusal =>
  new Refusal(
    'overloaded',
    'Too many large bodies are being read at once. Send it again in a few seconds, or upload media with POST /v1/files and send their ids.',
    { headers: { 'retry-after': '5' } },
  );

function refuseCompressed({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === '' || encoding === 'identity') return;
  throw new Refusal(
    'unsupported_media_type',
    `Content-Encoding is ${JSON.stringify(encoding.slice(0, 40))}; send the body uncompressed.`,
    { param: 'Content-Encoding' },
  );
}
