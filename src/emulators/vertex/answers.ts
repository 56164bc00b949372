/** Vertex's operations. Source: Google: Veo on Vertex AI, model reference, safety filter. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Task, TaskDoc } from '../kit/task.ts';
import { phaseAt } from '../kit/timeline.ts';
import { objectOf } from './storage.ts';

const TYPE = 'type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse';
const FILTERED =
  'Veo could not generate videos because the video safety filter was triggered. Try rephrasing the prompt. If you think this was an error, send feedback. Support codes: 64151117';
const GRPC_INTERNAL = 13;

/** The message of a prompt refused at create. */
export const REFUSED_MESSAGE =
  "The prompt could not be submitted. This prompt contains words that violate Vertex AI's usage guidelines. Support codes: 89371032";

const operationName = (task: Task): string => String(task.doc.wire['name']);

/** `{name}` alone: it runs. Vertex has no words for states. */
export const runningAnswer = (task: Task): Record<string, unknown> => ({ name: operationName(task) });

const doneAnswer = (task: Task, response: object): Record<string, unknown> => ({
  name: operationName(task),
  done: true,
  response: { '@type': TYPE, ...response },
});

/** Done and no video, without any error. */
export const missingAnswer = (task: Task): Record<string, unknown> => doneAnswer(task, { videos: [] });

/** The answer of an operation that is not a finished one with videos. */
export function plainAnswer(task: Task, nowMs: number): Record<string, unknown> | undefined {
  const phase = phaseAt(task.doc, nowMs);
  switch (phase) {
    case 'accepted':
    case 'waiting':
    case 'running':
      return runningAnswer(task);
    case 'succeeded':
      return undefined;
    case 'missing':
      return missingAnswer(task);
    case 'blocked':
      return doneAnswer(task, { raiMediaFilteredCount: 1, raiMediaFilteredReasons: [FILTERED] });
    case 'failed':
    case 'cancelled':
    case 'expired': {
      const error = { code: GRPC_INTERNAL, message: 'Video generation failed due to an internal error.' };
      return { name: operationName(task), done: true, error };
    }
    default:
      return phase satisfies never;
  }
}

/** The finished answer of a task with a storageUri. */
export function storedAnswer(task: Task): Record<string, unknown> {
  const objects = task.doc.recipes.flatMap((_, index) => objectOf(task, index) ?? []);
  const videos = objects.map(({ bucket, name }) => ({ gcsUri: `gs://${bucket}/${name}`, mimeType: 'video/mp4' }));
  return doneAnswer(task, { raiMediaFilteredCount: 0, videos });
}

const MARK = '\u0000';
/** A multiple of 3, so that pieces of base64 can be put side by side. */
const PIECE_BYTES = 3 * 64 * 1024;

async function* base64Of(path: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    const bytes: Buffer = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.subarray(whole);
    yield bytes.toString('base64', 0, whole);
  }
  yield rest.toString('base64');
}

async function* withFiles(pieces: readonly string[], paths: readonly string[]): AsyncGenerator<string> {
  for (const [index, piece] of pieces.entries()) {
    yield piece;
    const path = paths[index];
    if (path !== undefined && index < pieces.length - 1) yield* base64Of(path);
  }
}

/** The finished answer with its videos inside, as a stream: a 4k video never stands in memory. */
export async function inlineAnswer(
  task: Task,
  paths: readonly string[],
): Promise<{ readonly stream: Readable; readonly bytes: number }> {
  const videos = paths.map(() => ({ bytesBase64Encoded: MARK, mimeType: 'video/mp4' }));
  const json = JSON.stringify(doneAnswer(task, { raiMediaFilteredCount: 0, videos }));
  const pieces = json.split(JSON.stringify(MARK).slice(1, -1));
  const sizes = await Promise.all(paths.map(async (path) => Math.ceil((await stat(path)).size / 3) * 4));
  const bytes = [...pieces.map((piece) => Buffer.byteLength(piece)), ...sizes].reduce((sum, each) => sum + each, 0);
  return { stream: Readable.from(withFiles(pieces, paths)), bytes };
}

/** For the control API: only delivered seconds are billed. */
export function describeVertex(doc: TaskDoc, nowMs: number): { readonly state: string; readonly billed: boolean } {
  const phase = phaseAt(doc, nowMs);
  const running = phase === 'accepted' || phase === 'waiting' || phase === 'running';
  return { state: running ? 'running' : `done ${phase}`, billed: phase === 'succeeded' };
}
