import type { FailureRow, FailureTable } from '../kit/failure-table.ts';

const contentRejected: FailureRow = { status: [400], onSubmit: 'content_rejected', inTask: 'content_rejected' };
/** We wrote something that Ark does not take: its words are for operators. */
const ourMistake = (...status: number[]): FailureRow => ({
  status,
  onSubmit: 'vendor_failed',
  inTask: 'vendor_failed',
});
/** Key, balance or permission: the operator's, at this channel. */
const account = (...status: number[]): FailureRow => ({ status, onSubmit: 'vendor_account', inTask: 'vendor_account' });
const notNow: FailureRow = { status: [429], onSubmit: 'not-now', inTask: 'vendor_failed' };

/**
 * Ark: error codes, by `error.code` of an error body or of a failed task. Codes have dotted parts such as
 * `.PolicyViolation`; a part without a row of its own has the meaning of what stands before it.
 */
export const ARK_FAILURES: FailureTable = {
  MissingParameter: ourMistake(400),
  InvalidParameter: ourMistake(400),
  InvalidArgumentError: ourMistake(400),
  OutofContextError: ourMistake(400),
  InvalidImageURL: { status: [400], onSubmit: 'input_unreachable', inTask: 'input_unreachable' },
  'InvalidImageURL.InvalidFormat': { status: [400], onSubmit: 'input_rejected', inTask: 'input_rejected' },
  'InvalidEndpoint.ClosedEndpoint': account(400),

  SensitiveContentDetected: contentRejected,
  InputTextSensitiveContentDetected: contentRejected,
  InputImageSensitiveContentDetected: contentRejected,
  InputVideoSensitiveContentDetected: contentRejected,
  InputAudioSensitiveContentDetected: contentRejected,
  OutputTextSensitiveContentDetected: contentRejected,
  OutputImageSensitiveContentDetected: contentRejected,
  OutputVideoSensitiveContentDetected: contentRejected,
  OutputAudioSensitiveContentDetected: contentRejected,
  InputTextRiskDetection: contentRejected,
  InputImageRiskDetection: contentRejected,
  OutputTextRiskDetection: contentRejected,
  OutputImageRiskDetection: contentRejected,
  ContentSecurityDetectionError: contentRejected,

  AuthenticationError: account(401),
  InvalidAccountStatus: account(401),
  OperationDenied: account(403),
  AccountOverdueError: account(403),
  AccessDenied: account(403),
  InvalidEndpointOrModel: account(404),
  ModelNotOpen: account(404),
  UnsupportedModel: account(404),
  NotFound: ourMistake(404),

  RateLimitExceeded: notNow,
  ModelAccountRpmRateLimitExceeded: notNow,
  ModelAccountTpmRateLimitExceeded: notNow,
  ModelAccountIpmRateLimitExceeded: notNow,
  APIAccountRpmRateLimitExceeded: notNow,
  AccountRateLimitExceeded: notNow,
  RequestBurstTooFast: notNow,
  ServerOverloaded: notNow,
  /** The queue is full. */
  QuotaExceeded: notNow,
  InflightBatchsizeExceeded: notNow,
  /** A spending limit that the operator set himself: waiting does not help. */
  SetLimitExceeded: account(429),

  InternalServiceError: { status: [500], onSubmit: 'unknown', inTask: 'vendor_failed' },
};
