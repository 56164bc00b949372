import type { Exchange, HttpResponse } from '../../domain/http.ts';
import type { Observation, OutputSource } from '../../domain/provider.ts';
import { failedTask, rowOf } from '../kit/failure-table.ts';
import { succeeded, unanswered } from '../kit/unanswered.ts';
import { filterCategories, GOOGLE_FAILURES, grpcName } from './failures.ts';
import { errorIn, filtered, modelPath, type OperationAnswer, operationAnswer, type VertexOperation } from './wire.ts';

const SPOOL = 'spool:';

type Video = NonNullable<NonNullable<OperationAnswer['response']>['videos']>[number];

/** An object of the caller's bucket, through the storage API. */
function objectRequest(gcsUri: string): OutputSource['from'] | undefined {
  const [, bucket, object] = /^gs:\/\/([^/]+)\/(.+)$/.exec(gcsUri) ?? [];
  if (bucket === undefined || object === undefined) return undefined;
  return {
    request: {
      method: 'GET',
      origin: 'storage',
      path: `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(object)}`,
      query: { alt: 'media' },
    },
  };
}

function outputOf({ gcsUri, bytesBase64Encoded, mimeType }: Video): OutputSource[] {
  const from =
    typeof gcsUri === 'string'
      ? objectRequest(gcsUri)
      : bytesBase64Encoded?.startsWith(SPOOL)
        ? { spool: bytesBase64Encoded.slice(SPOOL.length) }
        : undefined;
  return from ? [{ role: 'video', mediaType: mimeType ?? 'video/mp4', from }] : [];
}

/** Done without an error. Fewer videos than asked, even none, is possible: then the filter took them, or nobody says why. */
function finished(
  response: HttpResponse,
  operation: VertexOperation,
  body: OperationAnswer,
): Observation<VertexOperation> {
  const { videos, raiMediaFilteredCount, raiMediaFilteredReasons } = body.response ?? {};
  const outputs = (videos ?? []).flatMap(outputOf);
  if (outputs.length > 0)
    return { state: 'succeeded', vendorState: 'done', operation, outputs, usage: { seconds: operation.seconds } };
  const reasons = raiMediaFilteredReasons ?? [];
  if ((raiMediaFilteredCount ?? 0) === 0 && reasons.length === 0)
    return { state: 'failed', vendorState: 'done', failure: { code: 'output_missing' } };
  const message = reasons.join('; ');
  const vendor = { status: response.status, code: 'raiMediaFiltered', message };
  return {
    state: 'failed',
    vendorState: 'done',
    failure: {
      code: 'content_rejected',
      vendor: { ...vendor, detail: { reasons, categories: filterCategories(message) } },
    },
  };
}

/** Google: fetchPredictOperation. A POST, asked at the model that the operation came from. */
export const poll: Exchange<VertexOperation, Observation<VertexOperation>> = {
  spools: 'bytesBase64Encoded',

  build: (operation) => ({
    method: 'POST',
    path: modelPath(operation, 'fetchPredictOperation'),
    body: { json: { operationName: operation.name } },
  }),

  parse(response, operation) {
    const read = operationAnswer.safeParse(response.json);
    if (!succeeded(response) || !read.success)
      return unanswered(response, { started: 'maybe', error: errorIn(response) });
    const body = read.data;
    if (body.done !== true) {
      if (typeof body.name !== 'string') return unanswered(response, { started: 'maybe' });
      return { state: 'running', operation };
    }
    if (!body.error) return finished(response, operation, body);
    const { code, message } = body.error;
    const error = { code: grpcName(code), ...(typeof message === 'string' && { message }) };
    const failure = filtered(response, error);
    if (failure) return { state: 'failed', vendorState: 'done', failure };
    return failedTask({ response, error, row: rowOf(GOOGLE_FAILURES, error.code), vendorState: 'done' });
  },
};
