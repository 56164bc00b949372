import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseAway } from '../application/database-away.ts';
import type { WorkStore } from '../application/ports.ts';

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 4000;

/**
 * A vendor's answer outlives a restart of the database: it is kept here and written when the database is back, for at
 * most `seconds`. Without it a paid create would have to be looked for, and cannot be found at a vendor without a list.
 * Written twice it changes nothing.
 */
export function lastingEvidence(work: WorkStore, { seconds }: { readonly seconds: number }): WorkStore {
  return {
    ...work,
    observe: async (...seen) => {
      const until = performance.now() + seconds * 1000;
      for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS)) {
        try {
          return await work.observe(...seen);
        } catch (error) {
          if (!(error instanceof DatabaseAway) || performance.now() + pause > until) throw error;
        }
        await sleep(pause);
      }
    },
  };
}
