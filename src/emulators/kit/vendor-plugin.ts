import type { FastifyError, FastifyInstance } from 'fastify';
import type { Log } from './ports.ts';
import { type PlainTrouble, Refusal } from './refusal.ts';

export interface VendorScope {
  /** Words a failure as the vendor does, and throws it. */
  readonly trouble: (kind: PlainTrouble) => never;
  readonly bodyLimitBytes: number;
  readonly log: Log;
}

/** Bodies as the vendors take them: JSON whatever the content type says; an empty one is fine. */
function addJsonParser(app: FastifyInstance, deps: VendorScope): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: deps.bodyLimitBytes }, (_request, text, done) => {
    try {
      done(null, text.length === 0 ? undefined : JSON.parse(text.toString()));
    } catch {
      done(
        caught(() => deps.trouble('not_json')),
        undefined,
      );
    }
  });
}

function caught(act: () => never): Error {
  try {
    return act();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Prepares an emulator's own scope: its JSON, its 404, and its form for every error. */
export function prepareVendor(app: FastifyInstance, deps: VendorScope): void {
  addJsonParser(app, deps);
  app.setNotFoundHandler(async () => deps.trouble('not_found'));
  app.setErrorHandler(async (error: FastifyError | Refusal, request, reply) => {
    // A body that was replaced by an error had set its own length and type.
    reply.removeHeader('content-length').removeHeader('content-type');
    if (error instanceof Refusal) return reply.code(error.status).headers(error.headers).send(error.body);
    const status = error.statusCode ?? 500;
    if (status >= 500) deps.log('emulator.broken', { url: request.url, error: String(error), stack: error.stack });
    const kind: PlainTrouble = status === 413 ? 'too_large' : status < 500 ? 'not_json' : 'internal';
    const refusal = caught(() => deps.trouble(kind));
    if (!(refusal instanceof Refusal)) throw refusal;
    return reply.code(refusal.status).headers(refusal.headers).send(refusal.body);
  });
}
