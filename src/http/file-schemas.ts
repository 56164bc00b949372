import { z } from 'zod';
import { FILE_SECONDS } from '../application/upload-file.ts';

const warning = z.object({ code: z.string(), param: z.string(), message: z.string() });

export const fileAnswer = z
  .object({
    id: z.string().describe('file_…: stands wherever the address of an image, video or sound may stand.'),
    object: z.literal('file'),
    bytes: z.int(),
    created_at: z.int().describe('Unix seconds.'),
    expires_at: z.int().describe('Unix seconds; from then on it is not there.'),
    filename: z.string(),
    purpose: z.string(),
    media: z
      .object({
        type: z.string().describe('What the bytes say, such as image/png.'),
        width: z.int().optional(),
        height: z.int().optional(),
        seconds: z.number().optional(),
        fps: z.number().optional(),
        audio: z.boolean().optional(),
      })
      .describe('As measured.'),
    sha256: z.string(),
    livemode: z.boolean(),
    warnings: z.array(warning).optional(),
  })
  .meta({ id: 'File', description: 'A file that was uploaded for later requests: OpenAI’s form, and what it is.' });

export const fileList = z
  .object({
    object: z.literal('list'),
    data: z.array(fileAnswer),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
  .meta({ id: 'FileList' });

export const fileDeleted = z
  .object({ id: z.string(), object: z.literal('file'), deleted: z.literal(true) })
  .meta({ id: 'FileDeleted' });

/** The parts of the form. */
export const fileForm = z
  .looseObject({
    file: z.string().meta({ format: 'binary' }).describe('The file itself, 200 MiB at most.'),
    purpose: z.string().optional().describe('Any word; given back.'),
    expires_after: z
      .int()
      .min(FILE_SECONDS.least)
      .max(FILE_SECONDS.most)
      .optional()
      .describe('Seconds; 7 days when absent. OpenAI’s expires_after[seconds] is the same.'),
  })
  .meta({ id: 'FileForm' });

export type FileAnswer = z.infer<typeof fileAnswer>;
export type FileListAnswer = z.infer<typeof fileList>;
