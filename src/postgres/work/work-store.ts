import type { WorkStore } from '../../application/ports.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Database } from '../database.ts';
import type { Installation } from '../installation.ts';
import { jsonbText } from '../jsonb.ts';
import { claim, handBack, heartbeat, nextDueSeconds } from './claims.ts';
import { decide } from './decide.ts';
import { dispatch } from './dispatch.ts';
import { recordLateLoss } from './lost-costs.ts';
import { readAttempt } from './read.ts';
import { endWaiting, waiting } from './waiting.ts';

/** The engine's side of the database. */
export function workStore(database: Database, installation: Installation): WorkStore {
  return {
    dispatch: () => dispatch(database),
    claim: (request) => claim(database, request),
    heartbeat: (claims, leaseSeconds) => heartbeat(database, claims, leaseSeconds),
    handBack: (claims) => handBack(database, claims),
    nextDueSeconds: () => nextDueSeconds(database),
    read: (held) => readAttempt(database, installation, held),
    beginSubmit: async ({ attemptId, number }) => {
      const [row] = await database.query<{ left: number }>({
        name: 'begin_submit',
        text: `with d as (select attempt_id, run_at from due where attempt_id = $1 and claim = $2 for update)
          update attempts a set state = 'submitting', submitted_at = now_at() from d
          where a.id = d.attempt_id and a.state = 'assigned'
          returning extract(epoch from d.run_at - now_at())::float8 as left`,
        values: [attemptId, number],
      });
      return row ? { leftSeconds: row.left } : 'lost';
    },
    observe: async ({ attemptId, number }, evidence) => {
      const [row] = await database.query<{ number: bigint }>({
        name: 'observe',
        // The lock comes before the number, so that the numbers of an attempt become visible in their order.
        // Whoever holds the attempt by now is told at once; our own claim absorbs it itself.
        text: `with held as (select attempt_id from due where attempt_id = $1 for update),
          woken as (update due set run_at = now_at() where attempt_id = $1 and claim <> $2)
          insert into observations (attempt_id, evidence) select $1, $3 from (select count(*) from held) as locked
          returning number`,
        values: [attemptId, number, jsonbText(evidence)],
      });
      if (!row) throw new Error('observe answered nothing');
      return row.number;
    },
    waiting: (page) => waiting(database, page),
    endWaiting: (generationId, failure) => endWaiting(database, generationId, failure),
    decide: (held, decision) => decide(database, held, decision),
    recordLoss: (attemptId, lost) => recordLateLoss(database, attemptId, lost),
    ownedOperations: async (channelId, operations) => {
      const rows = await database.query<{ operation: never }>({
        name: 'owned_operations',
        text: 'select operation from attempts where channel_id = $1 and operation = any($2::jsonb[])',
        values: [channelId, operations.map(jsonbText)],
      });
      return new Set(rows.map(({ operation }) => canonicalJson(operation)));
    },
  };
}
