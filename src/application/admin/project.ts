import { prefixedId } from '../../domain/prefixed-id.ts';
import type { Change, Page, PageWish } from './change.ts';

export const PROJECT_ID = prefixedId('proj');

/** The money of a project in one world. Micro-dollars; granted = available + held + spent. */
export interface Books {
  /** `available` never falls below it; undefined: no limit. */
  readonly floorMicros?: number;
  readonly grantedMicros: number;
  readonly availableMicros: number;
  readonly heldMicros: number;
  readonly spentMicros: number;
}

export interface Project {
  readonly id: bigint;
  readonly name: string;
  readonly markup: number;
  /** Unix seconds. */
  readonly createdAt: number;
  readonly closedAt?: number;
  readonly live: Books;
  readonly test: Books;
}

/** What an operator sets. A floor of null is none. */
export interface ProjectSettings {
  readonly name: string;
  readonly markup: number;
  readonly liveFloorMicros: number | null;
  readonly testFloorMicros: number | null;
}

/** A project by its id or its name. */
export type ProjectRef = { readonly id: bigint } | { readonly name: string };

export const projectRef = (text: string): ProjectRef => {
  const id = PROJECT_ID.parse(text);
  return id === undefined ? { name: text } : { id };
};

/** Money that is granted to a project, or taken back. */
export interface Grant {
  /** Of the ledger's transaction. */
  readonly id: bigint;
  readonly projectId: bigint;
  readonly livemode: boolean;
  readonly amountMicros: number;
  readonly cause: string;
  readonly createdAt: number;
  /** After it. */
  readonly availableMicros?: number;
}

export interface GrantWish {
  readonly livemode: boolean;
  readonly amountMicros: number;
  readonly cause: string;
  /** The same key and wish again books nothing. */
  readonly idempotency?: { readonly key: string; readonly requestHash: string };
}

/** Projects and their money. Every change is one transaction with its line in the audit log. Throws Refusals. */
export interface ProjectStore {
  create(settings: ProjectSettings, change: Change): Promise<Project>;
  find(ref: ProjectRef): Promise<Project>;
  list(page: PageWish): Promise<Page<Project>>;
  update(ref: ProjectRef, changes: Partial<ProjectSettings>, change: Change): Promise<Project>;
  /** Revokes all its keys: what runs is finished, nothing new is accepted. */
  close(ref: ProjectRef, change: Change): Promise<Project>;
  grant(
    ref: ProjectRef,
    wish: GrantWish,
    change: Change,
  ): Promise<{ readonly grant: Grant; readonly replayed: boolean }>;
  grants(ref: ProjectRef, page: PageWish): Promise<Page<Grant>>;
}
