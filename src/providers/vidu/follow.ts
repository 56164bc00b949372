import type { Exchange } from '../../domain/http.ts';
import type {
  CancelOutcome,
  Listing,
  ListQuery,
  Observation,
  OutputSource,
  Unanswered,
} from '../../domain/provider.ts';
import { failedTask, rowOf } from '../kit/failure-table.ts';
import { succeeded, unanswered } from '../kit/unanswered.ts';
import { VIDU_FAILURES } from './failures.ts';
import { type Creations, creations, errorIn, taskList, type ViduOperation } from './wire.ts';

const taskPath = ({ taskId }: ViduOperation) => `/ent/v2/tasks/${encodeURIComponent(taskId)}` as const;

const filled = (text: string | null | undefined): text is string => typeof text === 'string' && text !== '';

/** Videos of a finished task, the marked one where a watermark was asked for; addresses live 24 h. */
function outputsOf(body: Creations): OutputSource[] {
  return (body.creations ?? []).flatMap(({ url, watermarked_url, cover_url }): OutputSource[] => {
    const video = filled(watermarked_url) ? watermarked_url : url;
    if (!filled(video)) return [];
    return [
      { role: 'video', mediaType: 'video/mp4', from: { url: video } },
      ...(filled(cover_url) ? [{ role: 'thumbnail', mediaType: 'image/jpeg', from: { url: cover_url } } as const] : []),
    ];
  });
}

/** Vidu: Get generation. Words that we do not know count as still running. */
export const poll: Exchange<ViduOperation, Observation<ViduOperation>> = {
  build: (operation) => ({ method: 'GET', path: `${taskPath(operation)}/creations` }),

  parse(response, operation) {
    const error = errorIn(response);
    const read = creations.safeParse(response.json);
    if (error || !succeeded(response) || !read.success) return unanswered(response, { started: 'maybe', error });
    const body = read.data;
    const seen = { vendorState: body.state, ...(filled(body.payload) && { tag: body.payload }) };
    const usage = typeof body.credits === 'number' ? { usage: { credits: body.credits } } : {};
    switch (body.state) {
      case 'success': {
        const outputs = outputsOf(body);
        if (outputs.length === 0) return { ...seen, ...usage, state: 'failed', failure: { code: 'output_missing' } };
        return { ...seen, ...usage, state: 'succeeded', operation, outputs };
      }
      case 'failed': {
        const reason = filled(body.err_code) ? { code: body.err_code } : undefined;
        const row = reason && rowOf(VIDU_FAILURES, reason.code);
        return { ...seen, ...failedTask({ response, error: reason, row, vendorState: body.state }) };
      }
      // Not on the page, but expected for tasks that were cancelled or passed their off-peak limit.
      case 'canceled':
      case 'cancelled':
        return { ...seen, state: 'cancelled' };
      case 'created':
      case 'queueing':
        return { ...seen, state: 'running', operation, queued: true };
      default: {
        const { progress } = body;
        return { ...seen, state: 'running', operation, ...(typeof progress === 'number' && { progress }) };
      }
    }
  },
};

/** Vidu: Cancel. Works before scheduling only; the refusal is a 400 `BadRequest`. */
export const cancel: Exchange<ViduOperation, CancelOutcome> = {
  build: (operation) => ({
    method: 'POST',
    path: `${taskPath(operation)}/cancel`,
    body: { json: { id: operation.taskId } },
  }),

  parse(response) {
    const error = errorIn(response);
    if (error) {
      if (error.code === 'UserCancelled') return 'cancelled';
      return error.code === 'BadRequest' && error.status === 400 ? 'too-late' : 'unanswered';
    }
    return succeeded(response) && response.json !== undefined ? 'cancelled' : 'unanswered';
  },
};

const PAGE_SIZE = 100;

/**
 * Vidu: Tasks list. Items do not carry `payload`: the tag comes from polling them. The cursor is `token:…` as Vidu gives
 * it, or `page:n` where full pages come without a token.
 */
export const list: Exchange<ListQuery, Listing<ViduOperation> | Unanswered> = {
  build({ fromUnixSeconds, toUnixSeconds, cursor = 'page:0' }) {
    const token = cursor.startsWith('token:') ? cursor.slice('token:'.length) : undefined;
    return {
      method: 'GET',
      path: '/ent/v2/tasks',
      query: {
        'created_at.from': new Date(fromUnixSeconds * 1000).toISOString(),
        'created_at.to': new Date(toUnixSeconds * 1000).toISOString(),
        'pager.pagesz': String(PAGE_SIZE),
        ...(token === undefined ? { 'pager.page': cursor.replace('page:', '') } : { 'pager.page_token': token }),
      },
    };
  },

  parse(response, { cursor = 'page:0' }) {
    const error = errorIn(response);
    const read = taskList.safeParse(response.json);
    if (error || !succeeded(response) || !read.success) return unanswered(response, { started: 'maybe', error });
    const items = (read.data.tasks ?? []).map(({ id }) => ({ operation: { taskId: id } }));
    if (filled(read.data.next_page_token)) return { items, next: `token:${read.data.next_page_token}` };
    const page = cursor.startsWith('page:') ? Number(cursor.slice('page:'.length)) : undefined;
    return { items, ...(page !== undefined && items.length >= PAGE_SIZE && { next: `page:${page + 1}` }) };
  },
};

/** Vidu: account. The free probe for a key. */
export const ping: Exchange<null, 'ok' | 'refused' | 'unanswered'> = {
  build: () => ({ method: 'GET', path: '/ent/v2/credits' }),
  parse(response) {
    const status = errorIn(response)?.status ?? response.status;
    if (status === 401 || status === 403) return 'refused';
    return succeeded(response) && status < 300 && response.json !== undefined ? 'ok' : 'unanswered';
  },
};
