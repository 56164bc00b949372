/** The control API: what tests do to the emulators, and what they learn from them. Served only to who shows the token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyError, FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { EmulatorContext } from './context.ts';
import { defaultLimits } from './context.ts';
import { FaultRule } from './faults.ts';
import { type Describe, truthsOf } from './truth.ts';

const Clock = z.strictObject({ rate: z.number().positive().optional(), offsetSeconds: z.number().optional() });
const LimitsChange = z.strictObject({
  concurrency: z.record(z.string(), z.int().min(1)).optional(),
  vertexPerMinute: z.int().min(1).optional(),
  arkGetPerSecond: z.int().min(1).optional(),
  arkListPerSecond: z.int().min(1).optional(),
});
const VertexKey = z.strictObject({ clientEmail: z.string(), publicKey: z.string() });
const TruthQuery = z.object({ vendor: z.string().optional() });

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `vendors`: how each emulator words a state. */
export function createControl(
  context: EmulatorContext,
  options: { readonly token: string; readonly vendors: Readonly<Record<string, Describe>> },
): FastifyPluginAsync {
  const wanted = digest(`Bearer ${options.token}`);

  async function reset(): Promise<void> {
    context.faults.clear();
    context.capture.clear();
    context.rateLimit.reset();
    context.store.setClock?.({ rate: 1 });
    Object.assign(context.limits, defaultLimits());
    await context.renderings.idle();
    await context.store.removeBefore(Number.MAX_SAFE_INTEGER);
  }

  return async (app) => {
    app.setErrorHandler(async (error: FastifyError, _request, reply) =>
      reply.code(error instanceof z.ZodError ? 400 : (error.statusCode ?? 500)).send({ error: error.message }),
    );
    app.addHook('onRequest', async (request, reply) => {
      const shown = digest(request.headers.authorization ?? '');
      if (!timingSafeEqual(shown, wanted)) return reply.code(401).send({ error: 'wrong control token' });
    });
    app.get('/truth', async (request) => {
      const { vendor } = TruthQuery.parse(request.query);
      const asked = Object.entries(options.vendors).filter(([name]) => (vendor ?? name) === name);
      const truths = await Promise.all(asked.map(([name, describe]) => truthsOf(context, name, describe)));
      return { tasks: truths.flat() };
    });
    app.get('/requests', async () => ({ requests: context.capture.list() }));
    app.get('/faults', async () => ({ faults: context.faults.list() }));
    app.post('/faults', async (request) => {
      const rules = z.union([z.array(FaultRule), FaultRule.transform((rule) => [rule])]).parse(request.body);
      for (const rule of rules) context.faults.add(rule);
      return { faults: context.faults.list() };
    });
    app.delete('/faults', async () => {
      context.faults.clear();
      return { faults: [] };
    });
    app.post('/clock', async (request, reply) => {
      const { rate, offsetSeconds } = Clock.parse(request.body);
      if (context.store.setClock === undefined)
        return reply.code(409).send({ error: 'this store has no clock of its own' });
      context.store.setClock({
        ...(rate !== undefined && { rate }),
        ...(offsetSeconds !== undefined && { offsetSeconds }),
      });
      return { nowMs: await context.store.now() };
    });
    app.post('/limits', async (request) => {
      const { concurrency, ...rest } = LimitsChange.parse(request.body);
      Object.assign(context.limits.concurrency, concurrency);
      Object.assign(context.limits, rest);
      return context.limits;
    });
    app.post('/vertex-keys', async (request) => {
      const { clientEmail, publicKey } = VertexKey.parse(request.body);
      context.vertexKeys.set(clientEmail, publicKey);
      return { clientEmails: [...context.vertexKeys.keys()] };
    });
    app.post('/reset', async () => {
      await reset();
      return {};
    });
  };
}
