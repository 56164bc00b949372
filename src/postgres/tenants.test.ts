import { beforeAll, expect, test } from 'vitest';
import { scratchDatabase } from '../../test/harness/scratch-database.ts';
import { channel, openWorld, type World } from '../../test/harness/world.ts';
import type { Scope } from '../application/ports.ts';
import { wishCancel } from './attempts/cancel.ts';
import type { Database, Queryable } from './database.ts';
import { fileStore } from './files.ts';
import { generationStore } from './generations.ts';

let world: World;
let ours: Scope;
/** A generation that waits, one that is worked on, one that has ended, a file: of another project, and of our other world. */
let theirs: readonly bigint[];

beforeAll(async () => {
  world = await openWorld((await scratchDatabase()).database);
  await world.channels(channel({ concurrency: 3 }), channel({ name: 'live', livemode: true, concurrency: 3 }));
  const caller = await world.project();
  ours = caller;
  const strangers = [await world.project(), { ...caller, livemode: true, kind: 'live' as const }];
  const made: bigint[] = [];
  for (const stranger of strangers) {
    const [ended, running] = [await world.create(stranger), await world.create(stranger)];
    await world.claimAll();
    const [attempt] = await world.rows('select id from attempts where generation_id = $1', [ended]);
    const { claim } = await world.row('select claim from due where attempt_id = $1', [attempt.id]);
    const as = { to: 'failed', as: 'failed', failure: { code: 'vendor_failed' } } as const;
    await world.work.decide({ attemptId: attempt.id, number: claim }, { step: as });
    await world.rows(`update channels set state = 'drained'`);
    const waiting = await world.create(stranger);
    await world.rows(`update channels set state = 'open'`);
    const { id: file } = await world.row(
      `with i as (insert into inputs (project_id, livemode, sha256, storage_key, facts) values ($1, $2, 'aa', 'k', '{}') returning id)
        insert into files (project_id, livemode, key_id, input_id, name, purpose, bytes, expires_at)
        select $1, $2, $3, i.id, 'fox.png', 'input', 1, now_at() + interval '1 day' from i returning id`,
      [stranger.projectId, stranger.livemode, stranger.keyId],
    );
    made.push(ended, running, waiting, file);
  }
  theirs = made;
});

/** What PostgreSQL is asked, but for the id. */
async function statementsOf(id: bigint, work: (database: Database) => Promise<unknown>): Promise<readonly string[]> {
  const asked: string[] = [];
  const listening = (on: Queryable): Queryable => ({
    query: (statement) => {
      const values = (statement.values ?? []).map((value) => String(value).replaceAll(String(id), 'ID'));
      asked.push([statement.text, ...values].join(' | '));
      return on.query(statement);
    },
  });
  await work({
    ...listening(world.database),
    transaction: (tx, options) => world.database.transaction((on) => tx(listening(on)), options),
    close: async () => {},
  });
  return asked;
}

const READS: readonly (readonly [name: string, (database: Database, id: bigint) => Promise<unknown>])[] = [
  ['a generation is read', (database, id) => generationStore(database, world.installation.vault).find(ours, id)],
  [
    'generations are listed after one',
    (database, id) => generationStore(database, world.installation.vault).list(ours, { limit: 10, after: id }),
  ],
  [
    'generations are listed by id',
    (database, id) => generationStore(database, world.installation.vault).list(ours, { limit: 10, ids: [id] }),
  ],
  ['a cancel is wished', (database, id) => wishCancel(database, world.installation, { scope: ours, id })],
  ['a file is read', (database, id) => fileStore(database).read(ours, id)],
  ['a file is named in a create', (database, id) => fileStore(database).find(ours, id)],
  ['a file is removed', (database, id) => fileStore(database).remove(ours, id)],
];

test.each(READS)('%s: the statements and the answer are those for an id that is nobody’s', async (_name, read) => {
  const answer = (id: bigint) => read(world.database, id).catch((error: unknown) => String(error));
  for (const id of theirs) {
    const unknown = id + 2n ** 21n; // of the same millisecond, and far along in the sequence
    expect(await answer(id)).toEqual(await answer(unknown));
    expect(await statementsOf(id, (database) => read(database, id))).toEqual(
      await statementsOf(unknown, (database) => read(database, unknown)),
    );
  }
  expect(await world.troubles()).toEqual([]);
});
