import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Log } from '../application/ports.ts';
import { WORK_CHANNEL } from './admission.ts';
import { connectionOf, type Database, type DatabaseAddress } from './database.ts';

export interface Notifications {
  /** Whether they arrive on this connection; a pooler that hands out connections per transaction loses them. */
  readonly arriving: boolean;
  close(): Promise<void>;
}

export interface NotificationOptions {
  readonly address: DatabaseAddress;
  /** Sends the trial, the way that everybody's notifications go. */
  readonly database: Pick<Database, 'query'>;
  /** Something may be due. Called too whenever listening begins again: what came in between was not heard. */
  readonly onHint: () => void;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly trialSeconds?: number;
  readonly reconnectSeconds?: number;
}

/**
 * Listens on a connection of its own for work that any process accepted. Hints only: whoever gets them sweeps as well.
 * Never throws; where notifications do not arrive, or while the database is away, the sweep is all there is.
 */
export function openNotifications(options: NotificationOptions): Notifications {
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let arriving = false;

  const lose = (lost: pg.Client, error?: unknown): void => {
    if (client !== lost) return;
    client = undefined;
    arriving = false;
    lost.end().catch(() => {});
    if (closed) return;
    options.log.warn('notifications.lost', { error });
    retry = setTimeout(() => void listen(), (options.reconnectSeconds ?? RECONNECT_SECONDS) * 1000);
  };

  const listen = async (): Promise<void> => {
    const opening = new pg.Client({ ...connectionOf(options.address), application_name: 'onereel notifications' });
    client = opening;
    opening.on('error', (error) => lose(opening, error));
    opening.on('end', () => lose(opening));
    opening.on('notification', options.onHint);
    try {
      await opening.connect();
      await opening.query(`listen ${WORK_CHANNEL}`);
      options.onHint();
      const heard = await hearsItself(opening, options);
      if (client !== opening) return;
      arriving = heard;
      if (heard) options.log.info('notifications.listening');
      else options.log.warn('notifications.absent', { instead: 'the database is asked every second' });
    } catch (error) {
      lose(opening, error);
    }
  };

  void listen();
  return {
    get arriving() {
      return arriving;
    },
    close: async () => {
      closed = true;
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}

const RECONNECT_SECONDS = 1;
const TRIAL_SECONDS = 2;

/** Whether a notification that is sent like all others comes back on this connection. */
async function hearsItself(
  client: pg.Client,
  { database, trialSeconds = TRIAL_SECONDS }: Pick<NotificationOptions, 'database' | 'trialSeconds'>,
): Promise<boolean> {
  const token = randomUUID();
  return await new Promise<boolean>((resolve, reject) => {
    const listener = ({ payload }: pg.Notification): void => {
      if (payload === token) settle(true);
    };
    const timer = setTimeout(() => settle(false), trialSeconds * 1000);
    const settle = (heard: boolean): void => {
      clearTimeout(timer);
      client.off('notification', listener);
      resolve(heard);
    };
    client.on('notification', listener);
    database.query({ text: 'select pg_notify($1, $2)', values: [WORK_CHANNEL, token] }).catch(reject);
  });
}
