import type { Database } from './database.ts';

/** A task of an emulated vendor. The emulators declare the same shape: they import nothing of this room. */
interface SandboxTask {
  readonly vendor: string;
  readonly id: string;
  readonly account: string;
  readonly createdAtMs: number;
  readonly version: number;
  readonly doc: unknown;
}

interface SandboxQuery {
  readonly account?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit: number;
  readonly offset: number;
}

interface TaskRecord extends Record<string, unknown> {
  vendor: string;
  id: string;
  account: string;
  created_ms: number;
  version: number;
  doc: unknown;
}

const COLUMNS = 'vendor, id, account, (extract(epoch from created_at) * 1000)::float8 as created_ms, version, doc';

const taskOf = ({ created_ms, ...row }: TaskRecord): SandboxTask => ({ ...row, createdAtMs: Math.round(created_ms) });

/** Where the sandbox's vendors keep their tasks: any process answers for any task, also after a crash. */
export function sandboxStore(database: Database) {
  return {
    now: async (): Promise<number> => {
      const [row] = await database.query<{ ms: number }>({
        name: 'sandbox_now',
        text: 'select (extract(epoch from now_at()) * 1000)::float8 as ms',
      });
      return Math.floor(row?.ms ?? 0);
    },
    nextNumber: async (): Promise<bigint> => {
      const [row] = await database.query<{ id: bigint }>({ name: 'sandbox_number', text: 'select next_id() as id' });
      if (!row) throw new Error('next_id answered nothing');
      return row.id;
    },
    insert: async (task: Omit<SandboxTask, 'version'>): Promise<boolean> => {
      const rows = await database.query({
        name: 'sandbox_insert',
        text: `insert into sandbox.tasks (vendor, id, account, created_at, doc)
          values ($1, $2, $3, to_timestamp($4::float8 / 1000), $5) on conflict do nothing returning id`,
        values: [task.vendor, task.id, task.account, task.createdAtMs, JSON.stringify(task.doc)],
      });
      return rows.length === 1;
    },
    get: async (vendor: string, id: string): Promise<SandboxTask | undefined> => {
      const [row] = await database.query<TaskRecord>({
        name: 'sandbox_get',
        text: `select ${COLUMNS} from sandbox.tasks where vendor = $1 and id = $2`,
        values: [vendor, id],
      });
      return row && taskOf(row);
    },
    list: async (vendor: string, query: SandboxQuery): Promise<readonly SandboxTask[]> => {
      const rows = await database.query<TaskRecord>({
        name: 'sandbox_list',
        text: `select ${COLUMNS} from sandbox.tasks where vendor = $1 and ($2::text is null or account = $2)
          and ($3::float8 is null or created_at >= to_timestamp($3 / 1000)) and ($4::float8 is null or created_at <= to_timestamp($4 / 1000))
          order by created_at desc, id desc limit $5 offset $6`,
        values: [vendor, query.account ?? null, query.fromMs ?? null, query.toMs ?? null, query.limit, query.offset],
      });
      return rows.map(taskOf);
    },
    replace: async (task: SandboxTask, expectedVersion: number): Promise<boolean> => {
      const rows = await database.query({
        name: 'sandbox_replace',
        text: 'update sandbox.tasks set doc = $3, version = version + 1 where vendor = $1 and id = $2 and version = $4 returning id',
        values: [task.vendor, task.id, JSON.stringify(task.doc), expectedVersion],
      });
      return rows.length === 1;
    },
    count: async (vendor: string, id: string, what: string): Promise<void> => {
      await database.query({
        name: 'sandbox_count',
        text: `update sandbox.tasks set counts = jsonb_set(counts, array[$3], to_jsonb(coalesce((counts ->> $3)::int, 0) + 1))
          where vendor = $1 and id = $2`,
        values: [vendor, id, what],
      });
    },
    counts: async (vendor: string, id: string): Promise<Readonly<Record<string, number>>> => {
      const [row] = await database.query<{ counts: Record<string, number> }>({
        name: 'sandbox_counts',
        text: 'select counts from sandbox.tasks where vendor = $1 and id = $2',
        values: [vendor, id],
      });
      return row?.counts ?? {};
    },
    removeBefore: async (createdAtMs: number, vendor?: string): Promise<number> => {
      const rows = await database.query({
        name: 'sandbox_remove',
        text: `delete from sandbox.tasks where created_at < to_timestamp($1::float8 / 1000) and ($2::text is null or vendor = $2) returning id`,
        values: [createdAtMs, vendor ?? null],
      });
      return rows.length;
    },
  };
}
