import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { RenderSpec, StudioInput } from './spec.ts';
import { Unreadable } from './unreadable.ts';

/** Raise it when the same spec gives other pictures than before: it makes all cached renderings stale. */
const rendererVersion = 2;

/** The key of a rendering: SHA-256 of everything in the spec, with the hash of each input in place of its path. */
export async function specHash(spec: RenderSpec): Promise<string> {
  const { first, last, source, references, watermark, ...rest } = spec;
  const { image: mark, ...markWords } = watermark ?? {};
  const [firstHash, lastHash, sourceHash, markHash] = await Promise.all([
    inputHash('first', first),
    inputHash('last', last),
    inputHash('source', source),
    inputHash('watermark', mark),
  ]);
  const referenceHashes = await Promise.all(
    (references ?? []).map((input, index) => inputHash(`references[${index}]`, input)),
  );
  const inputs = { first: firstHash, last: lastHash, source: sourceHash, mark: markHash, references: referenceHashes };
  const whole = canonical({ rendererVersion, ...rest, watermark: watermark && markWords, inputs });
  return createHash('sha256').update(JSON.stringify(whole)).digest('hex');
}

async function inputHash(role: string, input: StudioInput | undefined): Promise<string | undefined> {
  if (input === undefined) return undefined;
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(input.path)) hash.update(part);
  } catch {
    throw new Unreadable(role, `the ${input.kind} cannot be read`);
  }
  return `${input.kind}:${hash.digest('hex')}`;
}

/** The same value with the keys of every object in order and without undefined ones. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, canonical(part)]));
}
