import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { emptyDatabase, type ScratchDatabase } from '../../test/harness/scratch-database.ts';
import { DatabaseAway } from '../application/database-away.ts';
import { type Database, type DatabaseAddress, openDatabase } from './database.ts';

let scratch: ScratchDatabase;

beforeAll(async () => {
  scratch = await emptyDatabase();
});

const addressOf = (url: string): DatabaseAddress => ({ url });

/** The scratch database behind a TCP line that can fall silent: open, and nothing comes through any more. */
async function behindLine() {
  const { address } = scratch;
  const at = 'url' in address ? new URL(address.url) : undefined;
  const target =
    'url' in address
      ? { host: at?.hostname ?? '', port: Number(at?.port || 5432) }
      : { path: join(address.host, `.s.PGSQL.${address.port}`) };
  const state = { silent: false };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (data) => state.silent || to.write(data));
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const url = new URL(
    at?.href ?? ('url' in address ? '' : `postgres://${address.user}:${address.password}@x/${address.database}`),
  );
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    hush: () => {
      state.silent = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const settingsOf = async (database: Database) =>
  database.query({
    text: `select current_setting('search_path') as path, current_setting('work_mem') as memory,
      current_setting('statement_timeout') as timeout`,
  });

test.each([
  'options=-c%20search_path%3Dpublic%20-c%20work_mem%3D7MB',
  'search_path=public&options=-c%20work_mem%3D7MB',
  'statement_timeout=1&query_timeout=1&options=-csearch_path%3Dpublic%20-cwork_mem%3D7MB',
])(
  'what a URL says of its session is kept, and our schema all the same is where ours is looked for: %s',
  async (query) => {
    const line = await behindLine();
    const url = new URL(line.url);
    url.search = query;
    const database = openDatabase(addressOf(url.href), { max: 1, onError: () => {} });
    try {
      expect(await settingsOf(database)).toEqual([{ path: 'onereel', memory: '7MB', timeout: '1min' }]);
    } finally {
      await database.close();
      line.close();
    }
  },
);

test('a statement that takes too long is ended by the server; what is endless is not', async () => {
  const database = openDatabase(scratch.address, { max: 1, statementSeconds: 0.2, onError: () => {} });
  const slow = { text: 'select pg_sleep(0.5)' };
  try {
    await expect(database.query(slow)).rejects.toThrow('statement timeout');
    await expect(database.transaction((tx) => tx.query(slow))).rejects.toThrow('statement timeout');
    await database.transaction((tx) => tx.query(slow), { endless: true });
    // What was allowed there is not allowed on the same connection afterwards.
    await expect(database.query(slow)).rejects.toThrow('statement timeout');
  } finally {
    await database.close();
  }
});

test('a server that no longer answers is given up, and its connection with it', async () => {
  const line = await behindLine();
  const database = openDatabase(addressOf(line.url), {
    max: 2,
    connectSeconds: 1,
    statementSeconds: 0.3,
    silenceSeconds: 0.2,
    onError: () => {},
  });
  try {
    expect(await database.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
    const hushed = database.transaction(async (tx) => {
      await tx.query({ text: 'select 1' });
      line.hush();
      await tx.query({ text: 'select 2' });
    });
    await expect(hushed).rejects.toBeInstanceOf(DatabaseAway);
    await expect(database.query({ text: 'select 3' })).rejects.toBeInstanceOf(DatabaseAway);
  } finally {
    line.close();
    await database.close();
  }
});
