import { type Books, PROJECT_ID, type Project, type ProjectRef } from '../../application/admin/project.ts';
import { Refusal } from '../../application/refusal.ts';
import type { Queryable } from '../database.ts';

export interface ProjectRow extends Record<string, unknown> {
  id: bigint;
  name: string;
  markup: number;
  created: number;
  closed: number | null;
  books: { livemode: boolean; kind: string; balance: number; floor: number | null }[];
}

/** What a read of projects selects. */
export const SELECT_PROJECTS = `select p.id, p.name, p.markup::float8 as markup, extract(epoch from p.created_at)::float8 as created,
  extract(epoch from p.closed_at)::float8 as closed, (select jsonb_agg(jsonb_build_object('livemode', a.livemode,
    'kind', a.kind, 'balance', a.balance_micros, 'floor', a.floor_micros)) from accounts a where a.project_id = p.id) as books
  from projects p`;

export const projectOf = (row: ProjectRow): Project => ({
  id: row.id,
  name: row.name,
  markup: row.markup,
  createdAt: row.created,
  ...(row.closed !== null && { closedAt: row.closed }),
  live: booksOf(row, true),
  test: booksOf(row, false),
});

function booksOf({ books }: ProjectRow, livemode: boolean): Books {
  const find = (kind: string) => books.find((book) => book.livemode === livemode && book.kind === kind);
  const balance = (kind: string): number => find(kind)?.balance ?? 0;
  const floor = find('available')?.floor ?? null;
  return {
    ...(floor !== null && { floorMicros: floor }),
    // What was granted stands against the project's other accounts. Zero is never minus zero.
    grantedMicros: 0 - balance('grants'),
    availableMicros: balance('available'),
    heldMicros: balance('held'),
    spentMicros: balance('spent'),
  };
}

/** Throws the refusal of a project that is not there. */
export async function findProject(on: Queryable, ref: ProjectRef): Promise<Project> {
  const byId = 'id' in ref;
  const [row] = await on.query<ProjectRow>({
    text: `${SELECT_PROJECTS} where ${byId ? 'p.id' : 'p.name'} = $1`,
    values: [byId ? ref.id : ref.name],
  });
  if (row) return projectOf(row);
  throw new Refusal('not_found', `There is no project ${byId ? PROJECT_ID.spell(ref.id) : JSON.stringify(ref.name)}.`);
}

/** What admission locks first, in its order: whoever changes what it decides by takes turns with it. */
export async function lockBooks(tx: Queryable, projectId: bigint): Promise<void> {
  await tx.query({
    text: `select 1 from accounts where project_id = $1 and kind = 'available' order by project_id, livemode for update`,
    values: [projectId],
  });
}
