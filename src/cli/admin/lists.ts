import type { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { noServer } from '../cli-error.ts';
import type { AdminSession, Query } from './session.ts';

/** What a command shows of an answer. */
export function shownAs<T>(schema: z.ZodType<T>, value: Json): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw noServer('The server answers in an unknown form; it is another version. Use its own command line.');
}

/** All pages of a list. */
export async function allOf(session: AdminSession, path: string, query: Query = {}): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = [];
  for (let after: string | undefined; ; ) {
    const page = await session.get(path, { limit: '100', ...query, after });
    all.push(...itemsOf(page));
    const last = page['last_id'];
    if (page['has_more'] !== true || typeof last !== 'string') return all;
    after = last;
  }
}

export const itemsOf = ({ data }: JsonObject): readonly JsonObject[] =>
  Array.isArray(data) ? data.filter(isJsonObject) : [];

export const day = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString().slice(0, 10);
export const minute = (unixSeconds: number): string =>
  `${new Date(unixSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z`;
