import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { createGeneration } from '../../application/create-generation.ts';
import type { Caller } from '../../application/ports.ts';
import { Refusal } from '../../application/refusal.ts';
import { parseGenerationId } from '../../domain/generation-id.ts';
import type { Json } from '../../domain/json.ts';
import { callersOf } from '../kit/callers.ts';
import { baseOf, type DialectParts } from '../kit/dialect-parts.ts';
import { forgetOnceAnswered, repeatableOf } from '../kit/idempotency.ts';
import { issue } from '../kit/read-fields.ts';
import { cancelRoute } from './cancel-route.ts';
import { readListQuery } from './list-query.ts';
import { parseBody } from './parse-body.ts';
import { quoteRoute } from './quote-route.ts';
import { renderCreated, renderGeneration, spell } from './render.ts';
import type { ListAnswer } from './schemas.ts';

interface OpenParts extends DialectParts {
  readonly callerOf: (request: FastifyRequest) => Caller;
}

/** Three create paths, three query paths, one service (UniAll: endpoints). */
export const UNIALL_PREFIXES = ['/v1/video/generations', '/v1/videos/generations', '/v1/videos'] as const;

/** The house dialect. */
export const uniallRoutes =
  (parts: DialectParts): FastifyPluginCallback =>
  (app, _options, done) => {
    const callerOf = callersOf(app, parts);
    for (const prefix of UNIALL_PREFIXES) {
      createRoute(app, { ...parts, callerOf }, prefix);
      readRoutes(app, { ...parts, callerOf }, prefix);
      cancelRoute(
        app,
        {
          ctx: parts.ctx,
          callerOf,
          render: (each, request) => renderGeneration(each, parts.links, baseOf(request, parts)),
        },
        prefix,
      );
      laterRoutes(app, prefix);
    }
    quoteRoute(app, { ctx: parts.ctx, callerOf, bodyLimit: CREATE_LIMIT_BYTES });
    done();
  };

/** Ark takes 64 MB. */
const CREATE_LIMIT_BYTES = 64 * 1024 * 1024;

function createRoute(app: FastifyInstance, parts: OpenParts, prefix: string): void {
  app.post<{ Body: Json }>(prefix, { bodyLimit: CREATE_LIMIT_BYTES }, async (request, reply) => {
    refusePrefer(request);
    const body = request.body ?? {};
    if (prefix === '/v1/videos') refuseOpenAiForm(body);
    const { draft, metadata, warnings } = parseBody(body, (model) => parts.ctx.catalogue.find(model)?.family);
    // The three paths are one service.
    const repeatable = repeatableOf(request, { place: 'uniall', body });
    const { generation, replayed } = await createGeneration(parts.ctx, {
      caller: parts.callerOf(request),
      dialect: 'uniall',
      draft,
      warnings,
      ...(metadata !== undefined && { metadata }),
      ...repeatable,
    });
    parts.accepted();
    if (repeatable.unanswered) forgetOnceAnswered(reply, { ctx: parts.ctx, generation });
    if (replayed) reply.header('idempotent-replayed', 'true');
    return renderCreated(generation);
  });
}

function refusePrefer(request: FastifyRequest): void {
  if (/\bwait\b/i.test(String(request.headers['prefer'] ?? ''))) {
    throw issue('not_supported', 'Prefer', 'Prefer: wait is not supported yet. Create, then ask GET for the state.');
  }
}

/** On this path a body with OpenAI’s words and none of ours is OpenAI’s protocol. */
function refuseOpenAiForm(body: Json): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const fields = new Map(Object.entries(body));
  const size = fields.get('size');
  const theirs =
    ['seconds', 'input_reference'].find((name) => fields.has(name)) ??
    (typeof size === 'string' && /^\d+x\d+$/i.test(size) ? 'size' : undefined);
  const ours = [
    'duration',
    'image',
    'images',
    'last_image',
    'reference_image_urls',
    'video',
    'videos',
    'audios',
    'content',
    'extra_body',
    'aspect_ratio',
    'metadata',
  ].some((name) => fields.has(name));
  if (theirs !== undefined && !ours) {
    throw issue(
      'not_supported',
      theirs,
      `${theirs} ${theirs === 'size' ? 'in pixels, without any other field of this protocol, ' : ''}belongs to the OpenAI Videos protocol, which is not served yet. Send duration, image and size as documented for /v1/video/generations.`,
    );
  }
}

function readRoutes(app: FastifyInstance, parts: OpenParts, prefix: string): void {
  app.get<{ Querystring: Record<string, unknown> }>(prefix, async (request): Promise<ListAnswer> => {
    const { generations, hasMore } = await parts.ctx.generations.list(
      parts.callerOf(request),
      readListQuery(request.query),
    );
    const [first, last] = [generations[0], generations.at(-1)];
    return {
      object: 'list',
      data: generations.map((generation) => renderGeneration(generation, parts.links, baseOf(request, parts))),
      first_id: first ? spell(first.id) : null,
      last_id: last ? spell(last.id) : null,
      has_more: hasMore,
    };
  });
  app.get<{ Params: { id: string } }>(`${prefix}/:id`, async (request) => {
    const id = parseGenerationId(request.params.id);
    const generation = id === undefined ? undefined : await parts.ctx.generations.find(parts.callerOf(request), id);
    if (!generation)
      throw new Refusal('not_found', `There is no generation ${request.params.id.slice(0, 80)}.`, { param: 'id' });
    return renderGeneration(generation, parts.links, baseOf(request, parts));
  });
}

/** What a later version brings says so. */
function laterRoutes(app: FastifyInstance, prefix: string): void {
  const later = (what: string) => async () => {
    throw issue('not_supported', 'id', `${what} is not supported yet.`);
  };
  app.delete(`${prefix}/:id`, later('Deleting a generation'));
  app.get(`${prefix}/:id/events`, later('The event stream of a generation'));
}
