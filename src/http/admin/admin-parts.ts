import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { KeyKind, KeyStore } from '../../application/admin/api-key.ts';
import type { AuditLog } from '../../application/admin/audit.ts';
import type { Change } from '../../application/admin/change.ts';
import type { ChannelStore } from '../../application/admin/channel.ts';
import type { ReportStore } from '../../application/admin/generation-report.ts';
import type { LedgerLines } from '../../application/admin/ledger-line.ts';
import type { OverrideStore, OverrideWish } from '../../application/admin/override.ts';
import type { ProjectStore } from '../../application/admin/project.ts';
import type { OverrideProblem } from '../../application/overrides.ts';
import type { Upstream } from '../../application/ports.ts';
import type { Provider } from '../../domain/provider.ts';

export const ADMIN = '/admin/v1';

/** What the admin API works with. */
export interface AdminParts {
  readonly projects: ProjectStore;
  readonly apiKeys: KeyStore;
  readonly channels: ChannelStore;
  readonly overrides: OverrideStore;
  readonly reports: ReportStore;
  readonly ledger: LedgerLines;
  readonly auditLog: AuditLog;
  /** What is wrong with a price, rate or model that is to be set. */
  readonly checkOverride: (wish: Pick<OverrideWish, 'kind' | 'name' | 'value'>) => OverrideProblem | undefined;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly upstream: Upstream;
  readonly now: () => Date;
  readonly newKey: (kind: KeyKind) => string;
  /** Names that callers may say, for warnings about patterns that match none. */
  readonly modelNames: () => readonly string[];
}

/** Adds the routes of one kind of thing. `changeOf`: who asks. */
export type AddRoutes = (
  app: FastifyInstance,
  parts: AdminParts,
  changeOf: (request: FastifyRequest) => Change,
) => void;
