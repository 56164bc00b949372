import { z } from 'zod';
import { OVERRIDE_ID, type Override } from '../../application/admin/override.ts';
import type { OverrideKind } from '../../application/overrides.ts';
import { Refusal, refusalOf } from '../../application/refusal.ts';
import type { ParameterDescription, RouteDescription } from '../../application/route-description.ts';
import type { Json } from '../../domain/json.ts';
import { ADMIN, type AddRoutes } from './admin-parts.ts';
import { describeAdmin } from './describe-admin.ts';
import { text, time, wholeSeconds } from './fields.ts';
import { PAGE_PARAMETERS, PAGE_QUERY, pageAnswer, pageSchema, pageWish } from './pages.ts';
import { readInput } from './read-input.ts';

const EFFECTIVE = 'unix seconds that do not lie in the past';
const VALUE = 'what docs/money.md has for it, or null for what is shipped';
const overrideSet = z
  .strictObject({
    name: text('a text', 200),
    value: z
      .unknown()
      .refine((value) => value !== undefined, VALUE)
      .describe('Null: from then on as the file or this version has it.'),
    effective_at: z
      .int(EFFECTIVE)
      .min(0, EFFECTIVE)
      .max(100_000_000_000, EFFECTIVE)
      .optional()
      .describe('Unix seconds; now when absent.'),
  })
  .meta({ id: 'OverrideSet' });

const overrideAnswer = z
  .object({
    id: z.string(),
    object: z.enum(['price', 'rate', 'model']),
    name: z.string(),
    value: z.unknown().describe('Null: as the file or this version has it.'),
    effective_at: time,
    created_at: time,
    status: z.enum(['scheduled', 'in_force', 'replaced']),
  })
  .meta({ id: 'Override', description: 'A price, rate or model as the operator wants it, from a moment on.' });
const overrideList = pageSchema(overrideAnswer, 'OverrideList');

const HISTORY = 'true or false';
const listQuery = z.strictObject({ ...PAGE_QUERY, history: z.enum(['true', 'false'], HISTORY).optional() });

const KINDS: readonly { readonly kind: OverrideKind; readonly path: string }[] = [
  { kind: 'price', path: '/prices' },
  { kind: 'rate', path: '/rates' },
  { kind: 'model', path: '/models' },
];

interface OfOverride {
  readonly Params: { readonly override: string };
}

export const overrideRoutes: AddRoutes = (app, { overrides, checkOverride }, changeOf) => {
  for (const { kind, path } of KINDS) {
    app.get(ADMIN + path, async ({ query }) => {
      const { history, ...page } = readInput(listQuery, query);
      const filter = { kind, isHistory: history === 'true', ...pageWish(page, OVERRIDE_ID) };
      return pageAnswer(await overrides.list(filter), showOverride);
    });
    app.post(ADMIN + path, async (request) => {
      const { name, value: given, effective_at: effectiveAt } = readInput(overrideSet, request.body);
      const value = given as Json; // of a parsed body
      const problem = checkOverride({ kind, name, value });
      if (problem) throw refusalOf([{ ...problem, code: 'invalid_value' }]);
      const wish = { kind, name, value, ...(effectiveAt !== undefined && { effectiveAt }) };
      return showOverride(await overrides.set(wish, changeOf(request)));
    });
    app.delete<OfOverride>(`${ADMIN}${path}/:override`, async (request) => {
      const { override: spelled } = request.params;
      const id = OVERRIDE_ID.parse(spelled);
      if (id === undefined)
        throw new Refusal(
          'not_found',
          `There is no ${kind} ${spelled.slice(0, 60)}; its id is as ${OVERRIDE_ID.spell(123n)}.`,
        );
      return showOverride(await overrides.cancel(kind, id, changeOf(request)));
    });
  }
};

const showOverride = ({ id, kind, name, value, effectiveAt, createdAt, status }: Override) => ({
  id: OVERRIDE_ID.spell(id),
  object: kind,
  name,
  value,
  effective_at: wholeSeconds(effectiveAt),
  created_at: wholeSeconds(createdAt),
  status,
});

const HISTORY_PARAMETER: ParameterDescription = {
  in: 'query',
  name: 'history',
  description: 'Those that were replaced, too.',
  schema: z.boolean().default(false),
};
const ID: ParameterDescription = { in: 'path', name: 'override', description: 'Its id (ovr_…).', schema: z.string() };

const EXAMPLES = {
  price: { name: 'vidu/viduq3-turbo', value: null },
  rate: { name: 'CNY', value: { usd: 0.14, date: '2026-11-20' } },
  model: { name: 'viduq3t-540p', value: { withdrawn: true } },
} as const;

const describeKind = (kind: OverrideKind, path: string): readonly RouteDescription[] => {
  const word = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
  return [
    describeAdmin({
      method: 'get',
      path,
      operationId: `list${word}Overrides`,
      summary: `Every ${kind} that was set, in force or scheduled, newest first`,
      parameters: [HISTORY_PARAMETER, ...PAGE_PARAMETERS],
      answer: overrideList,
    }),
    describeAdmin({
      method: 'post',
      path,
      operationId: `set${word}Override`,
      summary: `Set a ${kind}, from a moment on`,
      description: 'Quotes and creates use it within two seconds. What was quoted stays as it was quoted.',
      body: overrideSet,
      example: EXAMPLES[kind],
      answer: overrideAnswer,
    }),
    describeAdmin({
      method: 'delete',
      path: `${path}/{override}`,
      operationId: `cancel${word}Override`,
      summary: `Cancel a ${kind} that has not come into force yet`,
      parameters: [ID],
      answer: overrideAnswer,
      refusals: ['not_found', 'conflict'],
    }),
  ];
};

export const OVERRIDE_ROUTES: readonly RouteDescription[] = KINDS.flatMap(({ kind, path }) => describeKind(kind, path));
