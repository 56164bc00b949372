import type { Json } from './json.ts';

/**
 * Why a generation failed: the one table behind the public code, its words, and whether another channel may be tried.
 * `elsewhere`: the work surely did not start here, or the vendor said so itself without billing (engine rules, submit).
 */
export const FAILURES = {
  content_rejected: {
    elsewhere: false,
    message: 'The prompt, an input or the result was refused by the content filter. You are not charged.',
  },
  input_unreachable: {
    elsewhere: false,
    message: 'An input could not be downloaded. Check that its address is public and still valid. You are not charged.',
  },
  input_rejected: {
    elsewhere: false,
    message: 'An input was refused as unusable for this model. You are not charged.',
  },
  vendor_failed: { elsewhere: false, message: 'The model failed to make this video. You are not charged.' },
  vendor_account: {
    elsewhere: true,
    message: 'The operator’s account at the vendor cannot be used at the moment. You are not charged.',
  },
  output_missing: {
    elsewhere: false,
    message: 'The vendor reported success but delivered no video. You are not charged.',
  },
  output_unusable: {
    elsewhere: false,
    message: 'The vendor delivered a file that is not a playable video. You are not charged.',
  },
  submission_unconfirmed: {
    elsewhere: false,
    message:
      'The vendor never confirmed this request and it could not be found there. It was not sent again, so that nobody pays twice. You are not charged.',
  },
  timed_out: { elsewhere: false, message: 'The vendor did not finish in time. You are not charged.' },
  cancelled: { elsewhere: false, message: 'Cancelled. You are not charged.' },
  expired: { elsewhere: false, message: 'The vendor gave up waiting for capacity. You are not charged.' },
} as const satisfies Record<string, { elsewhere: boolean; message: string }>;

export type FailureCode = keyof typeof FAILURES;

/** A failure with the vendor's own words, which only operators see. */
export interface Failure {
  readonly code: FailureCode;
  readonly vendor?: {
    readonly status?: number;
    readonly code?: string;
    readonly message?: string;
    readonly detail?: Json;
  };
}
