import type { FailureRow, FailureTable } from '../kit/failure-table.ts';

const contentRejected: FailureRow = { status: [400], onSubmit: 'content_rejected', inTask: 'content_rejected' };
const inputRejected: FailureRow = { status: [400], onSubmit: 'input_rejected', inTask: 'input_rejected' };
/** We wrote something that Vidu does not take: its words are for operators. */
const ourMistake: FailureRow = { status: [400], onSubmit: 'vendor_failed', inTask: 'vendor_failed' };
const notFound: FailureRow = { ...ourMistake, status: [404] };
const notNow: FailureRow = { status: [429], onSubmit: 'not-now', inTask: 'vendor_failed' };
const account = (...status: number[]): FailureRow => ({ status, onSubmit: 'vendor_account', inTask: 'vendor_account' });

/** Vidu: error codes (EN and CN pages), by `reason` of an error body or `err_code` of a failed task. */
export const VIDU_FAILURES: FailureTable = {
  BadRequest: ourMistake,
  FieldLacking: ourMistake,
  FieldUnwanted: ourMistake,
  FieldInvalid: ourMistake,
  FieldItemCountOutOfRange: ourMistake,
  /** Not about pages: size, format or ratio of an image. */
  PageSizeOutOfRange: inputRejected,
  ImageDownloadFailure: { status: [400], onSubmit: 'input_unreachable', inTask: 'input_unreachable' },
  ImageFormatInvalid: inputRejected,
  VideoFormatInvalid: inputRejected,
  OperationInProcess: { status: [400], onSubmit: 'not-now', inTask: 'vendor_failed' },
  TaskPromptPolicyViolation: contentRejected,
  AuditSubmitIllegal: contentRejected,
  AuditFailed: contentRejected,
  CreationPolicyViolation: contentRejected,
  CreditInsufficient: account(400),
  /** This account or region has not got the model: another channel may. */
  ModelUnavailable: account(400),
  UserCancelled: { status: [400], onSubmit: 'cancelled', inTask: 'cancelled' },
  ImageCheckBodyJointsFailed: inputRejected,
  ImageCheckFaceFailed: inputRejected,
  ImageObjectsUndetected: inputRejected,
  MultiFaceDetected: inputRejected,
  /** A task id that is not a number; seen, not documented. */
  CODEC: ourMistake,
  Unauthorized: account(401),
  Forbidden: account(403),
  TaskNotFound: notFound,
  CreationNotFound: notFound,
  NotFound: notFound,
  Conflict: { status: [409], onSubmit: 'unknown', inTask: 'vendor_failed' },
  QuotaExceeded: notNow,
  TooManyRequests: notNow,
  SystemThrottling: notNow,
  Canceled: { status: [499], onSubmit: 'unknown', inTask: 'cancelled' },
  InternalServiceFailure: { status: [500], onSubmit: 'unknown', inTask: 'vendor_failed' },
};
