import type { WorkStore } from '../../application/ports.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Database } from '../database.ts';
import type { Installation } from '../installation.ts';
import { jsonbText } from '../jsonb.ts';
import { claim, handBack, heartbeat, nextDueSeconds } from './claims.ts';
import { decide } from './decide.ts';
import { dispatch } from './dispatch.ts';
import { observe } from './observe.ts';
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
    observe: (held, evidence, lost) => observe(database, held, { evidence, lost }),
    waiting: (page) => waiting(database, page),
    endWaiting: (generationId, failure) => endWaiting(database, generationId, failure),
    decide: (held, decision) => decide(database, held, decision),
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
