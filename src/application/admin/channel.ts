import type { Json, JsonObject } from '../../domain/json.ts';
import type { ChannelAccess } from '../ports.ts';
import type { Change } from './change.ts';

/** A channel as operators see it: never with its credentials. */
export interface Channel {
  readonly name: string;
  readonly provider: string;
  readonly livemode: boolean;
  /** Whose it is: made here, of a gateway's configuration, or of the sandbox. */
  readonly managedBy: 'api' | 'configuration' | 'sandbox';
  /** A drained channel takes nothing new; what runs on it is followed to the end. */
  readonly state: 'open' | 'drained';
  /** Drained by an operator, until one opens it. */
  readonly isClosed: boolean;
  /** Unix seconds; until then the vendor had no room. */
  readonly pausedUntil?: number;
  readonly concurrency: number;
  /** Attempts on it now. */
  readonly running: number;
  readonly origins: Readonly<Record<string, string>>;
  readonly settings: JsonObject;
  /** Of credentials, origins and settings together. */
  readonly version: bigint;
  readonly versionAt: number;
}

export interface NewChannel {
  readonly name: string;
  readonly provider: string;
  readonly credentials: Json;
  readonly origins: Readonly<Record<string, string>>;
  readonly settings: JsonObject;
  readonly concurrency: number;
}

export type ChannelChanges = Partial<Pick<NewChannel, 'credentials' | 'origins' | 'settings' | 'concurrency'>>;

/** Channels. Every change is one transaction with its line in the audit log. Throws Refusals. */
export interface ChannelStore {
  list(): Promise<readonly Channel[]>;
  find(name: string): Promise<Channel>;
  create(channel: NewChannel, change: Change): Promise<Channel>;
  /** What is absent stays. Attempts that run keep what they were made with. */
  update(name: string, changes: ChannelChanges, change: Change): Promise<Channel>;
  drain(name: string, change: Change): Promise<Channel>;
  open(name: string, change: Change): Promise<Channel>;
  /** With its credentials: to ask the vendor. */
  access(name: string): Promise<ChannelAccess>;
}
