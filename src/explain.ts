import { DatabaseAway } from './application/database-away.ts';
import { ConfigError } from './config.ts';
import { StorageMismatch } from './media/disk-storage.ts';
import { ChannelRefused } from './postgres/channels.ts';
import { EmbeddedPostgresUnavailable } from './postgres/embedded/launch.ts';
import { SecretMismatch } from './postgres/installation.ts';
import { SchemaRefused } from './postgres/migrate.ts';

/** Why a start failed, for a person: what is known says what to do; the rest shows its trace. */
export function explain(error: unknown): string {
  if (error instanceof EmbeddedPostgresUnavailable) return `Onereel cannot start: ${error.message}\n${error.fix}`;
  if (
    error instanceof ConfigError ||
    error instanceof ChannelRefused ||
    error instanceof SchemaRefused ||
    error instanceof SecretMismatch ||
    error instanceof StorageMismatch
  ) {
    return `Onereel cannot start: ${error.message}`;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Wrong password or role, no such database, no right to connect.
  if (error instanceof DatabaseAway || ['28P01', '28000', '3D000', '42501'].includes(code)) {
    const { message } = error as Error; // `code` was found on an Error above
    return `Onereel cannot start: the database does not let us in (${message || code}). Check DATABASE_URL, or unset it to use the embedded PostgreSQL.`;
  }
  return `Onereel cannot start:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
