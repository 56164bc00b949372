import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginCallback,
  LogController,
} from 'fastify';
import { Refusal } from '../application/refusal.ts';
import { acceptJson, BODY_LIMIT_BYTES } from './accept-json.ts';
import { type ErrorForm, errorPresenter } from './present-errors.ts';

export interface ServerOptions {
  readonly logger: FastifyBaseLogger;
  /** Whose forwarding headers count; nobody's when absent. */
  readonly trustProxy: string | undefined;
  readonly plugins: readonly FastifyPluginCallback[];
  /** Protocols with an error form of their own. */
  readonly errorForms?: readonly ErrorForm[];
}

/** The HTTP server: bodies, errors, request ids and unknown paths are the same for every dialect. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { logger, trustProxy, plugins, errorForms = [] } = options;
  const presentError = errorPresenter(errorForms);
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: trustProxy ?? false,
    genReqId: () => `req_${randomUUID().replaceAll('-', '')}`,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    // What the router itself refuses never reaches a handler: an address that cannot be decoded, or a far too long id.
    frameworkErrors: (_error, request, reply) => {
      reply.header('x-request-id', request.id);
      presentError(unknownPath([], request.method, request.url), request, reply);
    },
  });
  const known = rememberRoutes(app);
  acceptJson(app);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    // Fastify closes the line on a body that it stopped reading: a client that still writes would see a reset instead of
    // the answer.
    reply.removeHeader('connection');
    presentError(error, request, reply);
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.setNotFoundHandler((request, reply) => {
    presentError(unknownPath(known, request.method, request.url), request, reply);
  });
  for (const plugin of plugins) await app.register(plugin);
  await app.ready();
  return app;
}

interface KnownRoute {
  readonly method: string;
  readonly pattern: RegExp;
}

function rememberRoutes(app: FastifyInstance): readonly KnownRoute[] {
  const known: KnownRoute[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const source = url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+');
    for (const one of [method].flat()) known.push({ method: one, pattern: new RegExp(`^${source}/?$`) });
  });
  return known;
}

function unknownPath(known: readonly KnownRoute[], method: string, url: string): Refusal {
  const path = url.split('?')[0] ?? url;
  const allowed = [...new Set(known.filter(({ pattern }) => pattern.test(path)).map((route) => route.method))];
  const shown = path.slice(0, 200);
  return allowed.length > 0
    ? new Refusal('method_not_allowed', `${method} is not offered at ${shown}; it takes ${allowed.join(', ')}.`, {
        headers: { allow: allowed.join(', ') },
      })
    : new Refusal('not_found', `There is nothing at ${method} ${shown}. The API is described at GET /openapi.json.`);
}
