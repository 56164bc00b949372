import type { z } from 'zod';
import type { RefusalCode } from '../../application/refusal.ts';
import type { ParameterDescription, RouteDescription } from '../../application/route-description.ts';
import { ADMIN } from './admin-parts.ts';

interface AdminRoute extends Pick<RouteDescription, 'method' | 'operationId' | 'summary'> {
  readonly path: string;
  readonly description?: string;
  readonly parameters?: readonly ParameterDescription[];
  readonly body?: z.ZodType;
  readonly example?: unknown;
  readonly answer: z.ZodType;
  readonly refusals?: readonly RefusalCode[];
}

const QUERY_REFUSALS = ['invalid_value', 'unsupported_field'] as const;
const BODY_REFUSALS = [
  'invalid_json',
  'missing_field',
  ...QUERY_REFUSALS,
  'unsupported_media_type',
  'too_large',
] as const;

/** What all of them have in common. */
export function describeAdmin({ path, body, example, answer, refusals = [], ...route }: AdminRoute): RouteDescription {
  const hasQuery = body === undefined && (route.parameters ?? []).some((parameter) => parameter.in === 'query');
  return {
    ...route,
    path: ADMIN + path,
    tag: 'Admin',
    access: 'admin',
    ...(body && { body: { schema: body, examples: example === undefined ? {} : { example } } }),
    answers: { 200: { description: 'Done.', content: { 'application/json': answer } } },
    refusals: [
      ...(body ? BODY_REFUSALS : []),
      ...(hasQuery ? QUERY_REFUSALS : []),
      'invalid_key',
      'not_permitted',
      ...refusals,
      'unavailable',
    ],
  };
}
