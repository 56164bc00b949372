import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { KEY_ID } from '../../application/admin/api-key.ts';
import type { Change } from '../../application/admin/change.ts';
import { holderOf } from '../../application/authenticate.ts';
import type { Keys } from '../../application/ports.ts';
import { Refusal } from '../../application/refusal.ts';
import type { AdminParts } from './admin-parts.ts';
import { auditRoutes } from './audit.ts';
import { channelRoutes } from './channels.ts';
import { generationRoutes } from './generations.ts';
import { keyRoutes } from './keys.ts';
import { ledgerRoutes } from './ledger.ts';
import { overrideRoutes } from './overrides.ts';
import { projectRoutes } from './projects.ts';

const ROUTES = [projectRoutes, keyRoutes, channelRoutes, overrideRoutes, generationRoutes, ledgerRoutes, auditRoutes];

/** What operators do: with an admin key, everything that changes is written down with who did it. */
export const adminRoutes =
  (parts: AdminParts & { readonly keys: Keys }): FastifyPluginCallback =>
  (app, _options, done) => {
    const changes = new WeakMap<FastifyRequest, Change>();
    const changeOf = (request: FastifyRequest): Change => {
      const change = changes.get(request);
      if (change) return change;
      throw new Error('who asks is set before any handler runs');
    };
    app.addHook('onRequest', async (request, reply) => {
      // Keys are shown here, once.
      reply.header('cache-control', 'no-store');
      const holder = await holderOf(parts.keys, request);
      if (holder.kind !== 'admin')
        throw new Refusal('not_permitted', `This is a ${holder.kind} key; /admin/v1 takes an admin key.`);
      changes.set(request, { actor: KEY_ID.spell(holder.keyId), requestId: request.id });
    });
    app.register(async (inner: FastifyInstance) => {
      for (const routes of ROUTES) routes(inner, parts, changeOf);
    });
    done();
  };
