import type { Scope } from './ports.ts';

/** What a project has and does at this moment, in one world. */
export interface AccountState {
  readonly projectId: bigint;
  /** Unix seconds. */
  readonly projectCreatedAt: number;
  /** Micro-dollars that are granted and not yet spent or held; undefined when nothing was ever granted: no limit. */
  readonly availableMicros?: number;
  readonly running: number;
  readonly queued: number;
  /** Generations that may run at once at the open channels of these providers, of all projects together. */
  readonly concurrency: number;
}

export interface AccountStates {
  find(scope: Scope, providers: readonly string[]): Promise<AccountState>;
}
