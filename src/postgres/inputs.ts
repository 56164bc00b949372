import type { InputRows, MediaFact } from '../application/ports.ts';
import type { Database } from './database.ts';

/** What was put or found now is not looked at before the create that wants it has been written, or refused. */
export const CHECK_LATER = `now_at() + interval '15 minutes'`;

/** Rows of kept inputs: equal bytes of a project are one row, never readable by another project. */
export const inputRows = (database: Database): InputRows => ({
  find: async (id) => {
    const [row] = await database.query<{ storage_key: string; sha256: string; facts: MediaFact }>({
      name: 'find_input',
      text: 'select storage_key, sha256, facts from inputs where id = $1',
      values: [id],
    });
    if (!row) return undefined;
    const { mediaType, bytes } = row.facts;
    return { storageKey: row.storage_key, sha256: row.sha256, mediaType, bytes };
  },
  put: async ({ projectId, livemode }, { sha256, storageKey, facts }) => {
    const [row] = await database.query<{ id: bigint }>({
      name: 'put_input',
      text: `insert into inputs (project_id, livemode, sha256, storage_key, facts, check_at)
        values ($1, $2, $3, $4, $5, ${CHECK_LATER})
        on conflict (project_id, livemode, sha256) do update set created_at = now_at(), check_at = ${CHECK_LATER}
        returning id`,
      values: [projectId, livemode, sha256, storageKey, { ...facts }],
    });
    if (!row) throw new Error('put_input answered nothing');
    return row.id;
  },
});
