import { z } from 'zod';
import type { HttpResponse } from '../../domain/http.ts';
import type { VendorError } from '../kit/unanswered.ts';
import { vendorId } from '../kit/vendor-id.ts';

export const arkOperation = z.object({ taskId: vendorId });
export type ArkOperation = z.infer<typeof arkOperation>;

const text = z.string().nullish().catch(undefined);
const count = z.int().nonnegative().nullish().catch(undefined);

/** Ark: create answer. */
export const created = z.object({ id: vendorId, safety_identifier: text });

const taskError = z.object({ code: z.string().min(1), message: text });

/** Ark: task object. Only what is needed, everything else may come and go. */
export const task = z.object({
  id: text,
  status: z.string().min(1),
  error: taskError.nullish().catch(undefined),
  content: z.object({ video_url: text, last_frame_url: text }).nullish(),
  safety_identifier: text,
  usage: z.object({ completion_tokens: count }).nullish().catch(undefined),
});

/** Ark: list. */
export const taskList = z.object({
  total: count,
  items: z.array(z.object({ id: vendorId, safety_identifier: text, created_at: count })),
});

const envelope = z.object({ error: taskError });

/** The error of an answer that is an error: `{"error": {code, message, param, type}}`. A failed task is not one. */
export function errorIn({ status, json }: HttpResponse): VendorError | undefined {
  const read = envelope.safeParse(json);
  return status < 400 || !read.success ? undefined : vendorError(read.data.error);
}

export const vendorError = ({ code, message }: z.infer<typeof taskError>): VendorError => ({
  code,
  ...(typeof message === 'string' && { message }),
});
