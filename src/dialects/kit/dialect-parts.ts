import type { FastifyRequest } from 'fastify';
import type { Context } from '../../application/context.ts';
import type { Keys, Links } from '../../application/ports.ts';

/** What every dialect is built from. */
export interface DialectParts {
  readonly ctx: Context;
  readonly keys: Keys;
  readonly links: Links;
  /** Something was accepted: the engine may look. */
  readonly accepted: () => void;
}

/** Scheme and host for links in an answer: as configured, else as the caller reached us. */
export const baseOf = (request: FastifyRequest, { ctx }: DialectParts): string =>
  ctx.publicUrl ?? `${request.protocol}://${request.host}`;
