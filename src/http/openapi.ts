import type { FastifyPluginCallback } from 'fastify';

/** `GET /openapi.json`, without a key: what `document` makes, made when it is first asked for. */
export const openApiRoutes =
  (document: () => object): FastifyPluginCallback =>
  (app, _options, done) => {
    let text: string | undefined;
    app.get('/openapi.json', async (_request, reply) => {
      text ??= JSON.stringify(document());
      return reply.type('application/json; charset=utf-8').send(text);
    });
    done();
  };
