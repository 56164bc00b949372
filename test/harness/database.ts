import { createHash } from 'node:crypto';
import pg from 'pg';

/**
 * The environment that gives a gateway its database: none (embedded), or a database of its own on the server that
 * DATABASE_URL names. Equal data folders get the same database, so that a restart finds its rows.
 */
export async function databaseFor(dataFolder: string): Promise<{ readonly DATABASE_URL?: string }> {
  const server = process.env['DATABASE_URL'];
  if (server === undefined || server === '') return {};
  const name = `onereel_test_${createHash('sha256').update(dataFolder).digest('hex').slice(0, 20)}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } catch (error) {
    // A restart on the same data folder meets its own database.
    if (!(error instanceof pg.DatabaseError && error.code === '42P04')) throw error;
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { DATABASE_URL: url.href };
}
