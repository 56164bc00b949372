import type { FileStore, FileUsage, NewFile, UploadedFile } from '../application/file-store.ts';
import type { MediaFact, Scope } from '../application/ports.ts';
import type { Database, Queryable } from './database.ts';
import { CHECK_LATER } from './inputs.ts';

/** Files of callers, on the rows of kept inputs. */
export const fileStore = (database: Database): FileStore => ({
  usage: (scope) => usage(database, scope),
  add: (file, quota) =>
    database.transaction(async (tx) => {
      await lockFiles(tx, file.caller);
      const used = await usage(tx, file.caller);
      const bytes = (await isKept(tx, file)) ? 0 : file.input.facts.bytes;
      if (used.bytes + bytes > quota.bytes || used.files + 1 > quota.files) return { full: used };
      return insert(tx, file);
    }),
  read: async (scope, id) => {
    const [row] = await database.query<FileRow>({
      name: 'read_file',
      text: `select ${COLUMNS} from files f join inputs i on i.id = f.input_id
        where f.id = $1 and f.project_id = $2 and f.livemode = $3 and f.expires_at > now_at()`,
      values: [id, scope.projectId, scope.livemode],
    });
    return row && fileOf(row);
  },
  list: async (scope, { limit, after }) => {
    const rows = await database.query<FileRow>({
      name: 'list_files',
      text: `select ${COLUMNS} from files f join inputs i on i.id = f.input_id
        where f.project_id = $1 and f.livemode = $2 and f.expires_at > now_at() and ($3::bigint is null or f.id < $3)
        order by f.id desc limit $4`,
      values: [scope.projectId, scope.livemode, after ?? null, limit + 1],
    });
    return { files: rows.slice(0, limit).map(fileOf), hasMore: rows.length > limit };
  },
  remove: async (scope, id) => (await remove(database, scope, id)) > 0,
  find: async (scope, id) => {
    const [row] = await database.query<{ id: bigint; storage_key: string; facts: MediaFact }>({
      name: 'find_file_input',
      text: `update inputs i set check_at = ${CHECK_LATER} from files f
        where f.id = $1 and f.project_id = $2 and f.livemode = $3 and f.expires_at > now_at() and i.id = f.input_id
        returning i.id, i.storage_key, i.facts`,
      values: [id, scope.projectId, scope.livemode],
    });
    return row && { id: row.id, storageKey: row.storage_key, facts: row.facts };
  },
  expire: (limit) => expire(database, limit),
  forgetInputs: (limit, forget) => forgetInputs(database, limit, forget),
});

interface FileRow extends Record<string, unknown> {
  id: bigint;
  name: string;
  purpose: string;
  livemode: boolean;
  created: number;
  expires: number;
  sha256: string;
  storage_key: string;
  facts: MediaFact;
}

const COLUMNS = `f.id, f.name, f.purpose, f.livemode, i.sha256, i.storage_key, i.facts,
  extract(epoch from f.created_at)::float8 as created, extract(epoch from f.expires_at)::float8 as expires`;

const fileOf = (row: FileRow): UploadedFile => ({
  id: row.id,
  name: row.name,
  purpose: row.purpose,
  livemode: row.livemode,
  createdAt: row.created,
  expiresAt: row.expires,
  sha256: row.sha256,
  storageKey: row.storage_key,
  facts: row.facts,
});

/** Adds of one project and world go one after the other: the next statement sees what the one before has added. */
const lockFiles = (tx: Queryable, { projectId, livemode }: Scope): Promise<unknown> =>
  tx.query({
    name: 'lock_files',
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`files of ${projectId} ${livemode}`],
  });

async function usage(on: Queryable, { projectId, livemode }: Scope): Promise<FileUsage> {
  const [row] = await on.query<{ bytes: number; files: number }>({
    name: 'file_usage',
    text: `select coalesce(sum(bytes), 0)::float8 as bytes, coalesce(sum(files), 0)::integer as files from (
        select max(bytes) as bytes, count(*) as files from files
        where project_id = $1 and livemode = $2 and expires_at > now_at() group by input_id
      ) as kept`,
    values: [projectId, livemode],
  });
  return row ?? { bytes: 0, files: 0 };
}

/** Another file of the same bytes is there already. */
async function isKept(tx: Queryable, { input }: NewFile): Promise<boolean> {
  const found = await tx.query({
    name: 'is_file_kept',
    text: 'select from files where input_id = $1 and expires_at > now_at() limit 1',
    values: [input.id],
  });
  return found.length > 0;
}

async function insert(tx: Queryable, { caller, name, purpose, expiresInSeconds, input }: NewFile) {
  const [row] = await tx.query<FileRow>({
    name: 'insert_file',
    text: `with f as (
        insert into files (project_id, livemode, key_id, input_id, name, purpose, bytes, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, now_at() + make_interval(secs => $8)) returning *
      ) select ${COLUMNS} from f join inputs i on i.id = f.input_id`,
    values: [
      caller.projectId,
      caller.livemode,
      caller.keyId,
      input.id,
      name,
      purpose,
      input.facts.bytes,
      expiresInSeconds,
    ],
  });
  if (!row) throw new Error('insert_file answered nothing');
  return fileOf(row);
}

/** Its input is looked at next, or when the create that has just found it is past. */
async function remove(on: Queryable, { projectId, livemode }: Scope, id: bigint): Promise<number> {
  const gone = await on.query({
    name: 'remove_file',
    text: `with gone as (
        delete from files where id = $1 and project_id = $2 and livemode = $3 returning input_id, expires_at
      ), marked as (
        update inputs i set check_at = coalesce(i.check_at, now_at()) from gone where i.id = gone.input_id
      ) select from gone where expires_at > now_at()`,
    values: [id, projectId, livemode],
  });
  return gone.length;
}

async function expire(on: Queryable, limit: number): Promise<number> {
  const gone = await on.query({
    name: 'expire_files',
    text: `with old as (
        select id from files where expires_at <= now_at() order by expires_at limit $1 for update skip locked
      ), gone as (
        delete from files f using old where f.id = old.id returning f.input_id
      ), marked as (
        update inputs i set check_at = coalesce(i.check_at, now_at()) where i.id in (select input_id from gone)
      ) select from gone`,
    values: [limit],
  });
  return gone.length;
}

/** One transaction each: the row is locked until its bytes are gone, so that nobody takes them up in between. */
async function forgetInputs(
  database: Database,
  limit: number,
  forget: (storageKey: string) => Promise<void>,
): Promise<number> {
  for (let looked = 0; looked < limit; looked += 1) {
    const found = await database.transaction(async (tx) => {
      const [input] = await tx.query<{ id: bigint; storage_key: string }>({
        name: 'next_input_to_check',
        text: `select id, storage_key from inputs where check_at <= now_at()
          order by check_at limit 1 for update skip locked`,
      });
      if (!input) return false;
      // A second statement, so that it sees what was committed before the row was locked.
      const gone = await tx.query({
        name: 'forget_input',
        text: `delete from inputs i where i.id = $1
          and not exists (select from files f where f.input_id = i.id)
          and not exists (select from generation_inputs g where g.input_id = i.id) returning i.id`,
        values: [input.id],
      });
      if (gone.length > 0) await forget(input.storage_key);
      else
        await tx.query({
          name: 'keep_input',
          text: 'update inputs set check_at = null where id = $1',
          values: [input.id],
        });
      return true;
    });
    if (!found) return looked;
  }
  return limit;
}
