/**
 * The database does not answer: it restarts, the line dropped, or there is no connection left. What was asked may or may
 * not have been done; asking again later can succeed. The cause is the driver's own error.
 */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';
}
