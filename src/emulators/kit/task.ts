import { z } from 'zod';
import type { TaskRow } from './store.ts';

/** An input kept in the input folder under its hash; `url` is where it came from, if it can be fetched again. */
const KeptInput = z.object({
  kind: z.enum(['image', 'video', 'audio']),
  sha256: z.string(),
  url: z.string().optional(),
});
export type KeptInput = z.infer<typeof KeptInput>;

/** Everything a rendering is made from: any process can make the same video from it. */
const Recipe = z.object({
  prompt: z.string(),
  seed: z.number(),
  seconds: z.number(),
  width: z.number(),
  height: z.number(),
  fps: z.number(),
  audio: z.boolean(),
  label: z.string(),
  first: KeptInput.optional(),
  last: KeptInput.optional(),
  references: z.array(KeptInput).optional(),
  source: KeptInput.optional(),
  watermark: z
    .object({
      text: z.string(),
      position: z.enum(['top-left', 'top-right', 'bottom-right', 'bottom-left']),
      image: KeptInput.optional(),
    })
    .optional(),
  music: z.boolean().optional(),
  speech: z
    .object({ only: z.enum(['speech', 'effects']).exactOptional(), voice: z.string().exactOptional() })
    .exactOptional(),
  movement: z.enum(['small', 'medium', 'large']).exactOptional(),
  remarks: z.array(z.string()).exactOptional(),
});
export type Recipe = z.infer<typeof Recipe>;

/** When a task starts and ends, fixed when it is created. Moments are on the store's clock. */
const Plan = z.object({
  /** Until then the vendor only says that it took the task. */
  acceptedMs: z.number(),
  /** A slot is free and it runs. */
  startMs: z.number(),
  endMs: z.number(),
  /** Past it a task that has not ended is given up (Ark `execution_expires_after`, Vidu off-peak). */
  expiresMs: z.number().optional(),
  outcome: z.enum(['success', 'failed', 'blocked', 'missing', 'stuck']),
});
export type Plan = z.infer<typeof Plan>;

const TaskDoc = z.object({
  model: z.string(),
  prompt: z.string(),
  /** What the caller can recognise the task by: Vidu payload, Ark safety_identifier, Vertex label or storageUri. */
  tag: z.string(),
  plan: Plan,
  bill: z.object({ unit: z.enum(['credits', 'tokens', 'seconds']), amount: z.number() }),
  /** The videos to make; none when the outcome has none. */
  recipes: z.array(Recipe),
  render: z.enum(['pending', 'done', 'failed']),
  cancelledMs: z.number().optional(),
  deletedMs: z.number().optional(),
  /** The vendor's own part: what its answers echo. */
  wire: z.record(z.string(), z.unknown()),
});
export type TaskDoc = z.infer<typeof TaskDoc>;

/** A row with its document read. */
export type Task = Omit<TaskRow, 'doc'> & { readonly doc: TaskDoc };

/** Reads a stored row; throws when the document is not one of ours. */
export const readTask = (row: TaskRow): Task => ({ ...row, doc: TaskDoc.parse(row.doc) });
