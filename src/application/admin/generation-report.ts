import type { Failure } from '../../domain/failure.ts';
import type { GenerationState } from '../../domain/generation.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { prefixedId } from '../../domain/prefixed-id.ts';
import type { Change, Page, PageWish } from './change.ts';
import type { ProjectRef } from './project.ts';

export const GENERATION_ID = prefixedId('task');

/** What a vendor billed for an attempt, in the vendor's currency, with the rate of the quote. */
export interface VendorBill {
  readonly attemptId: bigint;
  readonly currency: string;
  readonly micros: number;
  /** A decimal number. */
  readonly usdPerUnit: string;
  /** Rounded up. */
  readonly usdMicros: number;
  /** What the vendor said it used. */
  readonly reported: Json;
}

/** A generation across all projects, as operators see it: its money side by side, without what was asked for in words. */
export interface GenerationReport {
  readonly id: bigint;
  readonly project: { readonly id: bigint; readonly name: string };
  readonly keyId: bigint;
  readonly livemode: boolean;
  readonly dialect: string;
  readonly model: string;
  readonly state: GenerationState;
  readonly errorCode?: string;
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly quotedMicros: number;
  readonly heldMicros: number;
  readonly settledMicros?: number;
  readonly refundedMicros: number;
  readonly bills: readonly VendorBill[];
}

export interface AttemptReport {
  readonly id: bigint;
  readonly channel: string;
  readonly provider: string;
  /** The vendor's. */
  readonly model: string;
  readonly state: string;
  readonly operation: Json;
  readonly usage: Json;
  /** With the vendor's own words. */
  readonly failure?: Failure;
  readonly version: bigint;
  readonly assignedAt: number;
  readonly submittedAt?: number;
  readonly endedAt?: number;
}

export interface FullReport extends GenerationReport {
  readonly request: JsonObject;
  readonly attempts: readonly AttemptReport[];
}

export interface ReportFilter extends PageWish {
  readonly project?: ProjectRef;
  readonly livemode?: boolean;
  readonly state?: GenerationState;
  readonly model?: string;
}

export interface RefundWish {
  readonly id: bigint;
  /** All that was settled when absent. */
  readonly micros?: number;
  readonly cause: string;
}

/** Generations, as operators see them. Throws Refusals. */
export interface ReportStore {
  list(filter: ReportFilter): Promise<Page<GenerationReport>>;
  find(id: bigint): Promise<FullReport>;
  /** Gives back what a completed generation cost, once. */
  refund(wish: RefundWish, change: Change): Promise<FullReport>;
}
