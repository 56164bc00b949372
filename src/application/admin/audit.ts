import type { Json } from '../../domain/json.ts';
import type { Page, PageWish } from './change.ts';

/** A change, as the log keeps it. Never with a secret. */
export interface AuditEntry {
  readonly number: bigint;
  /** Unix seconds. */
  readonly at: number;
  readonly actor: string;
  /** `noun.verb-past`. */
  readonly action: string;
  readonly subject: string;
  readonly before: Json;
  readonly after: Json;
  readonly requestId: string | null;
}

interface AuditFilter extends PageWish {
  readonly subject?: string;
  readonly action?: string;
  readonly actor?: string;
}

export interface AuditLog {
  list(filter: AuditFilter): Promise<Page<AuditEntry>>;
}
