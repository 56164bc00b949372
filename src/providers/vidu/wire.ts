import { z } from 'zod';
import type { HttpResponse } from '../../domain/http.ts';
import type { VendorError } from '../kit/unanswered.ts';
import { vendorId } from '../kit/vendor-id.ts';

/** The handle of a task. Ids are snowflakes beyond 2^53 and stay text. */
export const viduOperation = z.object({ taskId: vendorId });
export type ViduOperation = z.infer<typeof viduOperation>;

const text = z.string().nullish().catch(undefined);

/** Vidu: create answer. */
export const created = z.object({ task_id: vendorId, state: text, payload: text });

/** Vidu: Get generation. Only what is needed, everything else may come and go. */
export const creations = z.object({
  state: z.string().min(1),
  err_code: text,
  credits: z.int().nonnegative().nullish().catch(undefined),
  payload: text,
  progress: z.number().min(0).max(100).nullish().catch(undefined),
  creations: z.array(z.object({ url: text, cover_url: text, watermarked_url: text })).nullish(),
});
export type Creations = z.infer<typeof creations>;

/** Vidu: tasks list. */
export const taskList = z.object({
  next_page_token: text,
  tasks: z.array(z.object({ id: vendorId })).nullish(),
});

/** Kratos error envelope. `code` repeats the HTTP status, or replaces it when the answer is a 200. */
const envelope = z.object({ code: z.int(), reason: z.string().min(1), message: text });

export interface ViduError extends VendorError {
  readonly status: number;
}

/** The error in an answer: any body with `code` and `reason`, whatever its HTTP status. */
export function errorIn({ status, json }: HttpResponse): ViduError | undefined {
  const read = envelope.safeParse(json);
  if (!read.success) return undefined;
  const { code, reason, message } = read.data;
  return { status: status >= 400 ? status : code, code: reason, ...(typeof message === 'string' && { message }) };
}
