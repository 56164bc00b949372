import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { authenticate } from '../application/authenticate.ts';
import { describeWords } from '../application/describe-words.ts';
import type { GenerationStore, Keys, Links } from '../application/ports.ts';
import { Refusal } from '../application/refusal.ts';
import type { Generation, Output } from '../domain/generation.ts';
import { parseGenerationId } from '../domain/generation-id.ts';
import { OUTPUT_ROLES, type OutputRole } from '../domain/provider.ts';
import { type FileParts, sendFile } from './send-file.ts';

export interface ContentParts extends FileParts {
  readonly generations: GenerationStore;
  readonly keys: Keys;
  readonly links: Links;
  /** Where `…/{id}/content` is offered. */
  readonly prefixes: readonly string[];
}

interface ContentQuery {
  readonly variant?: string;
  readonly expires?: string;
  readonly signature?: string;
}

/** The stored files: by key or by signed link, with ranges, HEAD and entity tags. */
export const contentRoutes =
  (parts: ContentParts): FastifyPluginCallback =>
  (app, _options, done) => {
    for (const prefix of parts.prefixes) {
      app.route<{ Params: { id: string }; Querystring: ContentQuery }>({
        // Both, because the HEAD that Fastify adds by itself says that the file is empty.
        method: ['GET', 'HEAD'],
        url: `${prefix}/:id/content`,
        handler: async (request, reply) => {
          const { generation, variant } = await allowed(parts, request);
          const output = outputOf(generation, variant);
          if ((await parts.files.size(output.storageKey)) !== output.bytes) throw fileGone(output);
          return sendFile(parts, { request, reply, file: output });
        },
      });
    }
    done();
  };

const fileGone = ({ role }: Output): Refusal =>
  new Refusal(
    'no_output',
    `The ${role.replace('_', ' ')} is not in the storage any more. Tell the operator; nothing will bring it back by itself.`,
  );

function readVariant(word: string | undefined): OutputRole {
  const variant = OUTPUT_ROLES.find((role) => role === (word ?? 'video'));
  if (variant) return variant;
  throw new Refusal('invalid_value', `variant is ${JSON.stringify(word)}; it must be ${describeWords(OUTPUT_ROLES)}.`, {
    param: 'variant',
  });
}

async function allowed(
  { generations, keys, links }: ContentParts,
  request: FastifyRequest<{ Params: { id: string }; Querystring: ContentQuery }>,
): Promise<{ readonly generation: Generation; readonly variant: OutputRole }> {
  const { expires, signature } = request.query;
  const signed = typeof expires === 'string' && typeof signature === 'string';
  const caller = signed ? undefined : await authenticate(keys, request);
  const variant = readVariant(request.query.variant);
  const id = parseGenerationId(request.params.id);
  const missing = new Refusal('not_found', `There is no generation ${request.params.id.slice(0, 80)}.`, {
    param: 'id',
  });
  if (id === undefined) throw missing;
  if (signed) {
    const verdict = links.verify(id, variant, { expires, signature });
    if (verdict === 'expired')
      throw new Refusal('invalid_key', 'This link has expired. Read the generation again for a new one.');
    if (verdict === 'forged')
      throw new Refusal('invalid_key', 'This link’s signature is not valid. Read the generation again for a good one.');
  }
  const generation = caller ? await generations.find(caller, id) : await generations.findById(id);
  if (!generation) throw missing;
  return { generation, variant };
}

function outputOf(generation: Generation, variant: OutputRole): Output {
  if (generation.state === 'queued' || generation.state === 'in_progress') {
    throw new Refusal(
      'not_ready',
      `The video is not finished: the generation is ${generation.state}. Ask again in a few seconds.`,
      {
        headers: { 'retry-after': '3' },
      },
    );
  }
  const output = generation.outputs.find(({ role }) => role === variant);
  if (output) return output;
  throw new Refusal(
    'no_output',
    generation.state === 'completed'
      ? `This generation has no ${variant}.`
      : `There is no ${variant}: the generation ${generation.state === 'failed' ? 'failed' : `was ${generation.state}`}.`,
  );
}
