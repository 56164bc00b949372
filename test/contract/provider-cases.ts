import { generateKeyPairSync } from 'node:crypto';
import type { Json } from '../../src/domain/json.ts';
import { ARK_FAILURES } from '../../src/providers/ark/failures.ts';
import { GOOGLE_FAILURES } from '../../src/providers/google/failures.ts';
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
  /** What signing uses, where that is not the secret itself. */
  readonly accessToken?: string;
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

/** A service account as Google's file has it, with a key of its own. */
function serviceAccountFile(): { readonly [name: string]: string } {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    type: 'service_account',
    project_id: 'a-project',
    private_key_id: 'abc',
    private_key: privateKey,
    client_email: 'onereel@a-project.iam.gserviceaccount.com',
    token_uri: 'https://oauth2.googleapis.com/token',
  };
}

const account = serviceAccountFile();

const vertex: ProviderCase = {
  folder: 'google',
  credentials: account,
  secret: account['private_key'] ?? '',
  accessToken: 'ya29.token-4711',
  operation: (id) => ({ name: `projects/p/operations/${id}`, model: id, project: id, location: id, seconds: 8 }),
  unknownState: { name: 'projects/p/operations/1', metadata: { state: 'DAYDREAMING' } },
  failures: GOOGLE_FAILURES,
  codes: 'INVALID_ARGUMENT PERMISSION_DENIED NOT_FOUND RESOURCE_EXHAUSTED INTERNAL UNAVAILABLE'.split(' '),
};

export const CASES: Readonly<Record<string, ProviderCase>> = {
  vertex,
  vidu,
  ark,
  byteplus: { ...ark, sameBodiesAs: 'ark' },
  'vidu-cn': { ...vidu, sameBodiesAs: 'vidu' },
};
