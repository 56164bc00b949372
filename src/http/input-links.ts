import type { FastifyPluginCallback } from 'fastify';
import type { InputRows, Links } from '../application/ports.ts';
import { Refusal } from '../application/refusal.ts';
import { parseGenerationId } from '../domain/generation-id.ts';
import { type FileParts, sendFile } from './send-file.ts';

interface InputLinkParts extends FileParts {
  readonly links: Pick<Links, 'verifyInput'>;
  readonly inputs: Pick<InputRows, 'find'>;
}

interface SignedQuery {
  readonly expires?: string;
  readonly signature?: string;
}

/** Kept inputs for vendors, by signed link alone: no key opens them. */
export const inputLinkRoutes =
  (parts: InputLinkParts): FastifyPluginCallback =>
  (app, _options, done) => {
    app.route<{ Params: { id: string }; Querystring: SignedQuery }>({
      method: ['GET', 'HEAD'],
      url: '/v1/inputs/:id',
      handler: async (request, reply) => {
        const { expires, signature } = request.query;
        const id = /^\d+$/.test(request.params.id) ? parseGenerationId(request.params.id) : undefined;
        const signed = id !== undefined && typeof expires === 'string' && typeof signature === 'string';
        const verdict = signed ? parts.links.verifyInput(id, { expires, signature }) : 'forged';
        if (verdict === 'expired') throw new Refusal('invalid_key', 'This link has expired.');
        if (id === undefined || verdict === 'forged')
          throw new Refusal('invalid_key', 'Inputs are opened by signed links only, and this signature is not valid.');
        const file = await parts.inputs.find(id);
        if (!file || (await parts.files.size(file.storageKey)) !== file.bytes)
          throw new Refusal('not_found', `Input ${id} is not kept here any more.`, { param: 'id' });
        return sendFile(parts, { request, reply, file });
      },
    });
    done();
  };
