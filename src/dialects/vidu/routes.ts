import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import type { AccountStates } from '../../application/account-state.ts';
import { presentedKey } from '../../application/authenticate.ts';
import { cancelGeneration } from '../../application/cancel-generation.ts';
import { createGeneration } from '../../application/create-generation.ts';
import type { Caller } from '../../application/ports.ts';
import { Refusal } from '../../application/refusal.ts';
import { parseGenerationId } from '../../domain/generation-id.ts';
import type { Json } from '../../domain/json.ts';
import { callersOf } from '../kit/callers.ts';
import { baseOf, type DialectParts } from '../kit/dialect-parts.ts';
import { forgetOnceAnswered, repeatableOf } from '../kit/idempotency.ts';
import { readBoolean, shown } from '../kit/read-fields.ts';
import { sendWarnings } from '../kit/warnings-header.ts';
import { chooseSeed } from './choose-seed.ts';
import { renderCredits } from './credits.ts';
import { ENDPOINTS, type Endpoint, VIDU_PREFIXES } from './endpoints.ts';
import { readListQuery } from './list-query.ts';
import { parseBody } from './parse-body.ts';
import { renderCreated, renderCreations, renderListItem, spell } from './render.ts';
import type { TaskList } from './schemas.ts';

export interface ViduParts extends DialectParts {
  readonly accounts: AccountStates;
  /** 0 inclusive to 1 exclusive: for seeds. */
  readonly chance: () => number;
  readonly nowUnixSeconds: () => number;
}

interface OpenParts extends ViduParts {
  readonly callerOf: (request: FastifyRequest) => Caller;
}

/** Vidu says Token, Zenlayer says Bearer. */

/** Vidu's own API, at Zenlayer's prefix and at Vidu's. */
export const viduRoutes =
  (parts: ViduParts): FastifyPluginCallback =>
  (app, _options, done) => {
    // Vidu reads the id as a number before it looks at the key.
    app.addHook<{ Params: { id?: string } }>('onRequest', async ({ params }) => {
      if (params?.id !== undefined) refuseStrangeId(params.id);
    });
    const open = { ...parts, callerOf: callersOf(app, parts) };
    for (const prefix of VIDU_PREFIXES) {
      for (const endpoint of ENDPOINTS) createRoute(app, open, { prefix, endpoint });
      readRoutes(app, open, prefix);
      cancelRoute(app, open, prefix);
    }
    done();
  };

function refuseStrangeId(id: string): void {
  if (/^(?:task_|video_|cgt-)?\d{1,19}$/.test(id)) return;
  throw new Refusal('invalid_json', `The task id is ${shown(id)}; it must be a decimal number, as in task_id.`, {
    param: 'id',
  });
}

function createRoute(
  app: FastifyInstance,
  parts: OpenParts,
  { prefix, endpoint }: { readonly prefix: string; readonly endpoint: Endpoint },
): void {
  const { ctx } = parts;
  app.post<{ Body: Json }>(`${prefix}/${endpoint.path}`, async (request, reply) => {
    const body = request.body ?? {};
    const isKnown = (model: string): boolean => ctx.catalogue.find(model) !== undefined;
    const parsed = parseBody(body, { endpoint, isKnown });
    const secret = presentedKey(request);
    const repeatable = repeatableOf(request, { place: `vidu/${endpoint.path}`, body });
    const { generation, replayed } = await createGeneration(ctx, {
      caller: parts.callerOf(request),
      dialect: 'vidu',
      draft: chooseSeed(parsed.draft, { catalogue: ctx.catalogue, chance: parts.chance }),
      warnings: parsed.warnings,
      memory: parsed.memory,
      ...(parsed.callbackUrl &&
        secret !== undefined && {
          callback: { url: parsed.callbackUrl.value, secret, base: baseOf(request, parts) },
        }),
      ...repeatable,
    });
    parts.accepted();
    if (repeatable.unanswered) forgetOnceAnswered(reply, { ctx: parts.ctx, generation });
    if (replayed) reply.header('idempotent-replayed', 'true');
    sendWarnings(reply, generation.warnings);
    return renderCreated(generation);
  });
}

const noTask = (id: string): Refusal =>
  new Refusal('not_found', `There is no task ${id.slice(0, 80)}.`, { param: 'id' });

function readRoutes(app: FastifyInstance, parts: OpenParts, prefix: string): void {
  const { ctx, links } = parts;
  app.get<{ Params: { id: string } }>(`${prefix}/tasks/:id/creations`, async (request, reply) => {
    const id = parseGenerationId(request.params.id);
    const generation = id === undefined ? undefined : await ctx.generations.find(parts.callerOf(request), id);
    if (!generation) throw noTask(request.params.id);
    sendWarnings(reply, generation.warnings);
    return renderCreations(generation, links, baseOf(request, parts));
  });
  app.get<{ Querystring: Record<string, unknown> }>(`${prefix}/tasks`, async (request): Promise<TaskList> => {
    const filter = readListQuery(request.query, parts.nowUnixSeconds());
    const found = filter && (await ctx.generations.list(parts.callerOf(request), filter));
    const tasks = found?.generations ?? [];
    const last = found?.hasMore === true ? tasks.at(-1) : undefined;
    return {
      next_page_token: last ? spell(last.id) : '',
      tasks: tasks.map((generation) => renderListItem(generation, links, baseOf(request, parts))),
    };
  });
  app.get<{ Querystring: Record<string, unknown> }>(`${prefix}/credits`, async (request) => {
    const caller = parts.callerOf(request);
    const asked = request.query['show_detail'];
    const showDetail =
      asked !== undefined && asked !== '' && readBoolean({ value: String(asked), param: 'show_detail' }).value;
    return renderCredits(await parts.accounts.find(caller, ['vidu', 'vidu-cn']), {
      livemode: caller.livemode,
      markup: caller.markup ?? 1,
      showDetail,
    });
  });
}

/** Vidu: cancel. A body is not needed; an id in it must be that of the address. */
function cancelRoute(app: FastifyInstance, parts: OpenParts, prefix: string): void {
  app.post<{ Params: { id: string } }>(`${prefix}/tasks/:id/cancel`, async (request) => {
    const id = parseGenerationId(request.params.id);
    const { kind } =
      id === undefined
        ? ({ kind: 'not_found' } as const)
        : await cancelGeneration(parts.ctx, parts.callerOf(request), id);
    if (kind === 'not_found') throw noTask(request.params.id);
    if (kind === 'not_cancellable')
      throw new Refusal('not_cancellable', 'task state is scheduled, can not cancel', { param: 'id' });
    return {};
  });
}
