import type { Change } from '../../application/admin/change.ts';
import {
  PROJECT_ID,
  type Project,
  type ProjectRef,
  type ProjectSettings,
  type ProjectStore,
} from '../../application/admin/project.ts';
import { Refusal } from '../../application/refusal.ts';
import { dollars } from '../../domain/money.ts';
import type { Database, Queryable } from '../database.ts';
import { DEFAULT_PROJECT } from '../keys.ts';
import { audit } from './audit.ts';
import { grant, listGrants } from './grants.ts';
import { findProject, lockBooks, type ProjectRow, projectOf, SELECT_PROJECTS } from './project-rows.ts';

/** Projects, as operators see and change them. */
export const projectStore = (database: Database): ProjectStore => ({
  create: (settings, change) => database.transaction((tx) => create(tx, settings, change)),
  find: (ref) => findProject(database, ref),
  list: async ({ limit, after }) => {
    const rows = await database.query<ProjectRow>({
      text: `${SELECT_PROJECTS} where $1::bigint is null or p.id < $1 order by p.id desc limit $2`,
      values: [after ?? null, limit + 1],
    });
    return { items: rows.slice(0, limit).map(projectOf), hasMore: rows.length > limit };
  },
  update: (ref, changes, change) => database.transaction((tx) => update(tx, { ref, changes, change })),
  close: (ref, change) => database.transaction((tx) => close(tx, ref, change)),
  grant: (ref, wish, change) => database.transaction((tx) => grant(tx, { ref, wish, change })),
  grants: async (ref, page) => listGrants(database, (await findProject(database, ref)).id, page),
});

async function create(tx: Queryable, settings: ProjectSettings, change: Change): Promise<Project> {
  const { name, markup } = settings;
  const [row] = await tx.query<{ id: bigint }>({
    text: 'insert into projects (name, markup) values ($1, $2) on conflict (name) do nothing returning id',
    values: [name, String(markup)],
  });
  if (!row) throw nameTaken(name);
  await setFloors(tx, row.id, settings);
  const project = await findProject(tx, { id: row.id });
  await audit(tx, change, { action: 'project.created', subject: subjectOf(project), after: settingsOf(project) });
  return project;
}

const nameTaken = (name: string): Refusal =>
  new Refusal('conflict', `There is a project ${JSON.stringify(name)} already; give this one another name.`, {
    param: 'name',
  });

async function update(
  tx: Queryable,
  {
    ref,
    changes,
    change,
  }: { readonly ref: ProjectRef; readonly changes: Partial<ProjectSettings>; readonly change: Change },
): Promise<Project> {
  const { id } = await findProject(tx, ref);
  await lockBooks(tx, id);
  const before = await findProject(tx, { id });
  refuseFloors(before, changes);
  const settings = { ...allSettings(before), ...changes };
  const taken = await tx.query({
    text: 'select 1 from projects where name = $1 and id <> $2',
    values: [settings.name, id],
  });
  if (taken.length > 0) throw nameTaken(settings.name);
  await tx.query({
    text: 'update projects set name = $2, markup = $3 where id = $1',
    values: [id, settings.name, String(settings.markup)],
  });
  await setFloors(tx, id, settings);
  const project = await findProject(tx, { id });
  await audit(tx, change, {
    action: 'project.updated',
    subject: subjectOf(project),
    before: settingsOf(before),
    after: settingsOf(project),
  });
  return project;
}

/** A floor above what is there would make the books wrong. */
function refuseFloors({ live, test }: Project, changes: Partial<ProjectSettings>): void {
  const worlds = [
    { world: 'live', books: live, floor: changes.liveFloorMicros },
    { world: 'test', books: test, floor: changes.testFloorMicros },
  ];
  for (const { world, books, floor } of worlds) {
    if (floor === undefined || floor === null || floor <= books.availableMicros) continue;
    throw new Refusal(
      'conflict',
      `${world}.floor_micros is ${floor} (${dollars(floor)}), and ${dollars(books.availableMicros)} is available: grant ${dollars(floor - books.availableMicros)} first, or set a lower floor.`,
      { param: `${world}.floor_micros` },
    );
  }
}

async function setFloors(
  tx: Queryable,
  projectId: bigint,
  { liveFloorMicros, testFloorMicros }: Pick<ProjectSettings, 'liveFloorMicros' | 'testFloorMicros'>,
): Promise<void> {
  await tx.query({
    text: `update accounts set floor_micros = case when livemode then $2::bigint else $3::bigint end
      where project_id = $1 and kind = 'available'`,
    values: [projectId, liveFloorMicros, testFloorMicros],
  });
}

async function close(tx: Queryable, ref: ProjectRef, change: Change): Promise<Project> {
  const found = await findProject(tx, ref);
  if (found.name === DEFAULT_PROJECT)
    throw new Refusal(
      'conflict',
      `${DEFAULT_PROJECT} is the project of the first keys and stays open; revoke its keys instead.`,
    );
  await lockBooks(tx, found.id);
  const before = await findProject(tx, { id: found.id });
  if (before.closedAt !== undefined) return before;
  await tx.query({ text: 'update projects set closed_at = now_at() where id = $1', values: [found.id] });
  await tx.query({
    text: 'update api_keys set revoked_at = now_at() where project_id = $1 and revoked_at is null',
    values: [found.id],
  });
  const project = await findProject(tx, { id: found.id });
  await audit(tx, change, {
    action: 'project.closed',
    subject: subjectOf(project),
    before: settingsOf(before),
    after: settingsOf(project),
  });
  return project;
}

const subjectOf = ({ id }: Project): string => PROJECT_ID.spell(id);

const allSettings = ({ name, markup, live, test }: Project): ProjectSettings => ({
  name,
  markup,
  liveFloorMicros: live.floorMicros ?? null,
  testFloorMicros: test.floorMicros ?? null,
});

/** As the audit log keeps it. */
const settingsOf = ({ name, markup, live, test, closedAt }: Project): object => ({
  name,
  markup,
  live: { floor_micros: live.floorMicros ?? null },
  test: { floor_micros: test.floorMicros ?? null },
  closed: closedAt !== undefined,
});
