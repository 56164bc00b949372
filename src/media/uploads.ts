import { randomUUID } from 'node:crypto';
import type { Uploads } from '../application/file-store.ts';
import { fileInput, type InputParts } from './input-files.ts';

/** Uploaded bodies, on their way to be kept inputs. */
export const openUploads = ({ storage, inputs }: Pick<InputParts, 'storage' | 'inputs'>): Uploads => ({
  receive: (body) => storage.write(`inputs/arriving/${randomUUID()}`, body),
  keep: (scope, { key, sha256 }) => fileInput({ storage, inputs }, { scope, arrivalKey: key, sha256 }),
  discard: ({ key }) => storage.remove(key),
});
