import type { CostBasis } from './cost-basis.ts';
import type { FailureCode } from './failure.ts';
import type { Json, JsonObject } from './json.ts';
import type { Currency, MicroUsd } from './money.ts';
import type { OutputRole } from './provider.ts';
import type { GenerationRequest, Warning } from './request.ts';

/** What a caller sees of a generation. The last four are final. */
const GENERATION_STATES = ['queued', 'in_progress', 'completed', 'failed', 'cancelled', 'expired'] as const;
export type GenerationState = (typeof GENERATION_STATES)[number];

export const isFinal = (state: GenerationState): boolean => state !== 'queued' && state !== 'in_progress';

/** A way that was open to this generation when it was accepted, with the most it can cost there. */
export interface PlannedRoute {
  readonly provider: string;
  readonly model: string;
  readonly request: GenerationRequest;
  readonly cost: { readonly currency: Currency; readonly micros: number };
  /** How that comes about. Absent in old rows. */
  readonly basis?: CostBasis;
  readonly usdPerUnit: number;
  /** The day of the rate, where there is one. */
  readonly rateDate?: string;
  /** Of the project, at that moment; 1 when absent. */
  readonly markup?: number;
  readonly holdMicros: MicroUsd;
}

/** A stored file of a generation. `facts` are what the probe saw. */
export interface Output {
  readonly role: OutputRole;
  readonly storageKey: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly facts: JsonObject;
}

/** A generation as it is read: everything a dialect may show. Times are unix seconds, with fraction. */
export interface Generation {
  readonly id: bigint;
  readonly projectId: bigint;
  readonly keyId: bigint;
  readonly livemode: boolean;
  readonly dialect: string;
  readonly model: string;
  readonly request: GenerationRequest;
  /** The route it is on, with what it was quoted there. */
  readonly route: Pick<PlannedRoute, 'provider' | 'cost' | 'basis' | 'holdMicros'>;
  readonly metadata?: Json;
  /** What its dialect wants to give back, such as Vidu's `payload`. Lists leave out what may be long. */
  readonly memory?: JsonObject;
  readonly warnings: readonly Warning[];
  readonly state: GenerationState;
  readonly progress: number;
  readonly delayed: boolean;
  /** The caller wants it cancelled; it ends where that is still possible. */
  readonly cancelRequested: boolean;
  readonly vendorState?: string;
  readonly error?: { readonly code: FailureCode; readonly message: string };
  readonly quotedMicros: MicroUsd;
  readonly heldMicros: MicroUsd;
  readonly settledMicros?: MicroUsd;
  readonly createdAt: number;
  readonly endedAt?: number;
  /** Seconds from creation to the end, or until now. */
  readonly elapsedSeconds: number;
  readonly outputs: readonly Output[];
}
