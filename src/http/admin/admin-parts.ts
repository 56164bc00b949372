import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { KeyKind, KeyStore } from '../../application/admin/api-key.ts';
import type { AuditLog } from '../../application/admin/audit.ts';
import type { Change } from '../../application/admin/change.ts';
import type { ChannelStore } from '../../application/admin/channel.ts';
import type { ProjectStore } from '../../application/admin/project.ts';
import type { Upstream } from '../../application/ports.ts';
import type { Provider } from '../../domain/provider.ts';

export const ADMIN = '/admin/v1';

/** What the admin API works with. */
export interface AdminParts {
  readonly projects: ProjectStore;
  readonly apiKeys: KeyStore;
  readonly channels: ChannelStore;
  readonly auditLog: AuditLog;
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
