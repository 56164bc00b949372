import type { FastifyPluginCallback } from 'fastify';
import { authenticate } from '../application/authenticate.ts';
import { describeModels } from '../application/describe-models.ts';
import type { Keys } from '../application/ports.ts';
import type { Pricing } from '../application/pricing.ts';
import type { Catalogue } from '../domain/catalogue.ts';

export interface ModelParts {
  readonly catalogue: Catalogue;
  readonly pricing: Pricing;
  readonly keys: Keys;
}

/** What can be called: `/v1/video/models` with all that a model can do, `/v1/models` in OpenAI's list form. */
export const modelRoutes =
  ({ catalogue, pricing, keys }: ModelParts): FastifyPluginCallback =>
  (app, _options, done) => {
    app.addHook('onRequest', async (request) => {
      await authenticate(keys, request);
    });
    app.get('/v1/video/models', async () => ({ object: 'list', data: describeModels(catalogue, pricing) }));
    app.get('/v1/models', async () => ({
      object: 'list',
      data: catalogue.models.map(({ id }) => ({ id, object: 'model', created: 0, owned_by: 'onereel' })),
    }));
    done();
  };
