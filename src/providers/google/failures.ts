import type { FailureRow, FailureTable } from '../kit/failure-table.ts';

const ourMistake = (...status: number[]): FailureRow => ({
  status,
  onSubmit: 'vendor_failed',
  inTask: 'vendor_failed',
});
/** Key, quota, permission or a model that this project has not got: the operator's, at this channel. */
const account = (...status: number[]): FailureRow => ({ status, onSubmit: 'vendor_account', inTask: 'vendor_account' });
const unknown = (...status: number[]): FailureRow => ({ status, onSubmit: 'unknown', inTask: 'vendor_failed' });

/** Google: standard errors, by `error.status` of an error body, or the name of the gRPC code of a finished operation. */
export const GOOGLE_FAILURES: FailureTable = {
  INVALID_ARGUMENT: ourMistake(400),
  FAILED_PRECONDITION: ourMistake(400),
  OUT_OF_RANGE: ourMistake(400),
  UNAUTHENTICATED: account(401),
  PERMISSION_DENIED: account(403),
  NOT_FOUND: account(404),
  ALREADY_EXISTS: unknown(409),
  ABORTED: unknown(409),
  /** In a finished operation nothing was made and nothing is billed, so another channel may try. */
  RESOURCE_EXHAUSTED: { status: [429], onSubmit: 'not-now', inTask: 'vendor_account' },
  CANCELLED: { status: [499], onSubmit: 'unknown', inTask: 'cancelled' },
  UNKNOWN: unknown(500),
  INTERNAL: unknown(500),
  DATA_LOSS: unknown(500),
  UNIMPLEMENTED: ourMistake(501),
  UNAVAILABLE: unknown(503),
  DEADLINE_EXCEEDED: unknown(504),
};

/** Names of gRPC codes by number, as `error.code` of an operation has them. */
const GRPC_CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export const grpcName = (code: number): string => GRPC_CODES[code] ?? `GRPC_${code}`;

/** Google: safety filter. */
const SUPPORT_CODES: Readonly<Record<string, readonly string[]>> = {
  child: ['58061214', '17301594'],
  celebrity: ['29310472', '15236754'],
  'third-party content': ['35561574', '35561575'],
  sexual: ['90789179', '43188360'],
  violence: ['61493863', '56562880'],
  hate: ['57734940', '22137204'],
  dangerous: ['62263041'],
  toxic: ['78610348'],
  vulgar: ['32635315'],
  prohibited: ['89371032', '49114662', '63429089', '72817394', '60599140'],
  'video safety': ['64151117', '42237218'],
  other: ['74803281', '29578790', '42876398'],
};

/** Categories of the safety filter that a message names by its support codes; none when it is not the filter's. */
export const filterCategories = (message: string): readonly string[] =>
  Object.entries(SUPPORT_CODES)
    .filter(([, codes]) => codes.some((code) => message.includes(code)))
    .map(([category]) => category);
