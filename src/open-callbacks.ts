import { randomUUID } from 'node:crypto';
import type { CallbackProtocol } from './application/deliver-callback.ts';
import type { GenerationStore, Links, Log } from './application/ports.ts';
import { callbackHeaders } from './dialects/vidu/callback-signature.ts';
import { renderCreations } from './dialects/vidu/render.ts';
import { type Deliverer, startDeliverer } from './engine/deliver-callbacks.ts';
import type { GuardedFetcher } from './media/guarded-fetch.ts';
import { postCallback } from './media/post-callback.ts';
import { callbackStore } from './postgres/callbacks.ts';
import type { Database } from './postgres/database.ts';
import type { Vault } from './postgres/installation.ts';

/** The dialects that call back, by their ids. */
const PROTOCOLS: ReadonlyMap<string, CallbackProtocol> = new Map([
  ['vidu', { render: renderCreations, headers: callbackHeaders }],
]);

const CALLS_AT_ONCE = 32;
const CALLS_TO_ONE_HOST = 2;
/** Longer than a call may take. */
const LEASE_SECONDS = 20;

interface CallbackParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly generations: Pick<GenerationStore, 'findById'>;
  readonly fetcher: GuardedFetcher;
  readonly linksAt: (unixSeconds: number) => Links;
  readonly log: Log;
}

/** Starts calling back. */
export const startCallbacks = ({ database, vault, fetcher, ...parts }: CallbackParts): Deliverer =>
  startDeliverer(
    {
      ...parts,
      callbacks: callbackStore(database, vault),
      protocols: PROTOCOLS,
      post: postCallback(fetcher),
      now: () => new Date(),
      nonce: randomUUID,
    },
    { concurrency: CALLS_AT_ONCE, perHost: CALLS_TO_ONE_HOST, leaseSeconds: LEASE_SECONDS },
  );
