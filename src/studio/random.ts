import { createHash } from 'node:crypto';

/** A source of numbers in [0, 1) that repeats itself for the same words (sfc32 seeded by SHA-256). */
export function randomFrom(...words: readonly (string | number)[]): () => number {
  const seed = createHash('sha256').update(JSON.stringify(words)).digest();
  let a = seed.readInt32LE(0);
  let b = seed.readInt32LE(4);
  let c = seed.readInt32LE(8);
  let counter = 1;
  return () => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    c |= 0;
    return (result >>> 0) / 4294967296;
  };
}
