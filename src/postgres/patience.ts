import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseAway } from '../application/database-away.ts';

const AGAIN_MILLISECONDS = 250;

/**
 * Asks until there is an answer: what fails because the database is away is asked again while the time lasts. For reads
 * only. Throws DatabaseAway at the end of the time, also when a question hangs.
 */
export async function patiently<T>(seconds: number, ask: () => Promise<T>): Promise<T> {
  const timeOver = new AbortController();
  const until = performance.now() + seconds * 1000;
  const asking = async (): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof DatabaseAway) || performance.now() + AGAIN_MILLISECONDS > until) throw error;
      }
      await sleep(AGAIN_MILLISECONDS);
    }
  };
  const late = async (): Promise<never> => {
    await sleep(seconds * 1000, undefined, { signal: timeOver.signal });
    throw new DatabaseAway(`no answer from the database within ${seconds} s`);
  };
  try {
    return await Promise.race([asking(), late()]);
  } finally {
    timeOver.abort();
  }
}
