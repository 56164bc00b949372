import { z } from 'zod';
import type { Page, PageWish } from '../../application/admin/change.ts';
import { Refusal } from '../../application/refusal.ts';
import type { ParameterDescription } from '../../application/route-description.ts';
import type { PrefixedId } from '../../domain/prefixed-id.ts';
import { queryInteger } from './read-input.ts';

const LIMIT = { most: 100, usual: 20 } as const;

/** What every list takes in its query. */
export const PAGE_QUERY = {
  limit: queryInteger(`a whole number from 1 to ${LIMIT.most}`, { least: 1, most: LIMIT.most }).optional(),
  after: z.string('the id of the last one that was seen').optional(),
};

export const PAGE_PARAMETERS: readonly ParameterDescription[] = [
  {
    in: 'query',
    name: 'limit',
    description: 'How many.',
    schema: z.int().min(1).max(LIMIT.most).default(LIMIT.usual),
  },
  {
    in: 'query',
    name: 'after',
    description: 'The id of the last one that was seen: the page after it.',
    schema: z.string(),
  },
];

interface PageQuery {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

export function pageWish({ limit = LIMIT.usual, after }: PageQuery, ids: PrefixedId): PageWish {
  if (after === undefined) return { limit };
  const id = ids.parse(after);
  if (id !== undefined) return { limit, after: id };
  throw new Refusal(
    'invalid_value',
    `after is ${JSON.stringify(after.slice(0, 60))}; it must be an id as ${ids.spell(1n)}.`,
    { param: 'after' },
  );
}

/** The house form of a page. */
export function pageAnswer<Item, Shown extends { readonly id: string }>(
  { items, hasMore }: Page<Item>,
  show: (item: Item) => Shown,
) {
  const data = items.map(show);
  return {
    object: 'list' as const,
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}

export const pageSchema = <T extends z.ZodType>(item: T, id: string) =>
  z
    .object({
      object: z.literal('list'),
      data: z.array(item),
      first_id: z.string().nullable(),
      last_id: z.string().nullable(),
      has_more: z.boolean(),
    })
    .meta({ id });
