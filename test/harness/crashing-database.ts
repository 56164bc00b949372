import type { Database, Queryable } from '../../src/postgres/database.ts';

/** The process has ended: nothing that it began goes on. */
export class Crash extends Error {}

/**
 * The database as a process sees it that is killed after so many statements: in the middle of a transaction, which is then
 * rolled back, or right after its commit, whose answer nobody sees.
 */
export function crashingDatabase(database: Database, afterStatements: number | undefined): Database {
  let left = afterStatements ?? Number.POSITIVE_INFINITY;
  const step = (): void => {
    if (left <= 0) throw new Crash('killed');
    left -= 1;
  };
  const stepping = (on: Queryable): Queryable => ({
    query: async (statement) => {
      step();
      const rows = await on.query(statement);
      // A statement by itself is a transaction: it may have been committed.
      if (on === database) step();
      return rows as never; // the rows are those of the statement
    },
  });
  return {
    ...stepping(database),
    transaction: async (work, options) => {
      step();
      const result = await database.transaction((tx) => work(stepping(tx)), options);
      step();
      return result;
    },
    close: () => database.close(),
  };
}
