import type { Json } from '../../src/domain/json.ts';
import { ARK_FAILURES } from '../../src/providers/ark/failures.ts';
import type { FailureTable } from '../../src/providers/kit/failure-table.ts';
import { VIDU_FAILURES } from '../../src/providers/vidu/failures.ts';

/** What the contract suite must know about a vendor's wire to ask its questions. */
export interface ProviderCase {
  /** Its folder under src/providers. */
  readonly folder: string;
  /** Snapshots are kept for one of the variants; the others must send the same but for the names of models. */
  readonly sameBodiesAs?: string;
  readonly credentials: { readonly [name: string]: string };
  readonly secret: string;
  readonly operation: (id: string) => Json;
  /** A healthy poll answer with a state word that does not exist. */
  readonly unknownState: Json;
  readonly failures: FailureTable;
  /** Every code of the vendor's error page. */
  readonly codes: readonly string[];
}

const VIDU_CODES =
  'BadRequest FieldLacking FieldUnwanted FieldInvalid FieldItemCountOutOfRange PageSizeOutOfRange ImageDownloadFailure ' +
  'ImageFormatInvalid OperationInProcess TaskPromptPolicyViolation AuditSubmitIllegal CreationPolicyViolation ' +
  'CreditInsufficient ModelUnavailable UserCancelled ImageCheckBodyJointsFailed ImageCheckFaceFailed ' +
  'ImageObjectsUndetected CODEC Unauthorized Forbidden TaskNotFound CreationNotFound NotFound Conflict QuotaExceeded ' +
  'TooManyRequests SystemThrottling Canceled InternalServiceFailure AuditFailed MultiFaceDetected VideoFormatInvalid';

const vidu: ProviderCase = {
  folder: 'vidu',
  credentials: { apiKey: 'vda_secret_4711' },
  secret: 'vda_secret_4711',
  operation: (id) => ({ taskId: id }),
  unknownState: { id: '1', state: 'daydreaming', err_code: '', creations: [] },
  failures: VIDU_FAILURES,
  codes: VIDU_CODES.split(' '),
};

const ARK_CODES =
  'MissingParameter MissingParameter.x InvalidParameter InvalidParameter.x InvalidParameter.UnsupportedParameter ' +
  'InvalidParameter.TaskTypeConstraint InvalidParameter.TaskTypeMismatch InvalidImageURL.EmptyURL ' +
  'InvalidImageURL.InvalidFormat InvalidArgumentError.x InvalidEndpoint.ClosedEndpoint OutofContextError ' +
  'SensitiveContentDetected SensitiveContentDetected.SevereViolation SensitiveContentDetected.Violence ' +
  'InputTextSensitiveContentDetected InputImageSensitiveContentDetected InputVideoSensitiveContentDetected ' +
  'InputAudioSensitiveContentDetected OutputTextSensitiveContentDetected OutputImageSensitiveContentDetected ' +
  'OutputVideoSensitiveContentDetected OutputAudioSensitiveContentDetected ' +
  'InputImageSensitiveContentDetected.PrivacyInformation OutputVideoSensitiveContentDetected.PolicyViolation ' +
  'InputVideoSensitiveContentDetected.DeepFake InputTextRiskDetection InputImageRiskDetection OutputTextRiskDetection ' +
  'OutputImageRiskDetection ContentSecurityDetectionError AuthenticationError InvalidAccountStatus ' +
  'OperationDenied.InvalidState OperationDenied.PermissionDenied OperationDenied.ServiceNotOpen ' +
  'OperationDenied.ServiceOverdue AccountOverdueError AccessDenied InvalidEndpointOrModel.NotFound ' +
  'InvalidEndpointOrModel.ModelIDAccessDisabled ModelNotOpen UnsupportedModel NotFound.x ' +
  'RateLimitExceeded.EndpointRPMExceeded RateLimitExceeded.EndpointTPMExceeded ModelAccountRpmRateLimitExceeded ' +
  'ModelAccountTpmRateLimitExceeded ModelAccountIpmRateLimitExceeded APIAccountRpmRateLimitExceeded ' +
  'AccountRateLimitExceeded RequestBurstTooFast ServerOverloaded QuotaExceeded SetLimitExceeded ' +
  'InflightBatchsizeExceeded InternalServiceError';

const ark: ProviderCase = {
  folder: 'ark',
  credentials: { apiKey: 'ark-secret-4711' },
  secret: 'ark-secret-4711',
  operation: (id) => ({ taskId: id }),
  unknownState: { id: 'cgt-1', status: 'daydreaming', error: null },
  failures: ARK_FAILURES,
  codes: ARK_CODES.split(' '),
};

export const CASES: Readonly<Record<string, ProviderCase>> = {
  vidu,
  ark,
  byteplus: { ...ark, sameBodiesAs: 'ark' },
  'vidu-cn': { ...vidu, sameBodiesAs: 'vidu' },
};
