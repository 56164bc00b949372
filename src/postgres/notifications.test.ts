import { expect, test } from 'vitest';
import { freshDatabase, type ScratchDatabase } from '../../test/harness/scratch-database.ts';
import { openWorld } from '../../test/harness/world.ts';
import { type NotificationOptions, openNotifications } from './notifications.ts';

interface Heard {
  readonly hints: () => number;
  readonly events: string[];
  readonly options: Omit<NotificationOptions, 'address' | 'database'>;
}

function hearing(): Heard {
  let hints = 0;
  const events: string[] = [];
  const note = (event: string): void => {
    events.push(event);
  };
  return {
    hints: () => hints,
    events,
    options: {
      onHint: () => {
        hints += 1;
      },
      log: { info: note, warn: note },
      reconnectSeconds: 0.05,
    },
  };
}

const listenerPids = async ({ database }: ScratchDatabase): Promise<readonly number[]> =>
  (
    await database.query<{ pid: number }>({
      text: `select pid from pg_stat_activity where application_name = 'onereel notifications' and datname = current_database()`,
    })
  ).map(({ pid }) => pid);

test('what another process accepts is heard, once it is committed', async () => {
  const scratch = await freshDatabase();
  const world = await openWorld(scratch.open(2));
  const heard = hearing();
  const notifications = openNotifications({ ...scratch, ...heard.options });
  try {
    await expect.poll(() => notifications.arriving).toBe(true);
    const before = heard.hints();
    await world.create(await world.project());
    await expect.poll(heard.hints).toBe(before + 1);
    await expect(
      scratch.database.transaction(async (tx) => {
        await tx.query({ text: `select pg_notify('onereel_work', '1')` });
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await world.create(await world.project());
    await expect.poll(heard.hints).toBe(before + 2);
  } finally {
    await notifications.close();
  }
});

test('a lost connection is made again, and what came meanwhile is looked for at once', async () => {
  const scratch = await freshDatabase();
  const heard = hearing();
  const notifications = openNotifications({ ...scratch, ...heard.options });
  try {
    await expect.poll(() => notifications.arriving).toBe(true);
    const before = heard.hints();
    const [pid] = await listenerPids(scratch);
    await scratch.database.query({ text: 'select pg_terminate_backend($1)', values: [pid] });
    await expect.poll(() => heard.events).toContain('notifications.lost');
    await expect.poll(() => heard.events.filter((event) => event === 'notifications.listening').length).toBe(2);
    expect(heard.hints()).toBeGreaterThan(before);
    expect(await listenerPids(scratch)).not.toContain(pid);
  } finally {
    await notifications.close();
  }
});

test('where notifications do not arrive, that is said and nothing fails', async () => {
  const scratch = await freshDatabase();
  const heard = hearing();
  // As behind a pooler: the statement succeeds, and nobody hears of it.
  const database = { query: async () => [] };
  const notifications = openNotifications({ ...scratch, ...heard.options, database, trialSeconds: 0.1 });
  await expect.poll(() => heard.events).toEqual(['notifications.absent']);
  expect(notifications.arriving).toBe(false);
  await notifications.close();
});

test('a database that is away at first is listened to when it comes, and closing ends all trying', async () => {
  const scratch = await freshDatabase();
  await scratch.setReachable(false);
  const heard = hearing();
  const notifications = openNotifications({ ...scratch, ...heard.options });
  await expect.poll(() => heard.events).toContain('notifications.lost');
  await scratch.setReachable(true);
  await expect.poll(() => notifications.arriving, { timeout: 5000 }).toBe(true);
  await notifications.close();
  const tries = heard.events.length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(heard.events.length).toBe(tries);
  expect(await listenerPids(scratch)).toEqual([]);
});
