/**
 * Writes the files that are made from the catalogue and the schemas. They are committed, and `npm run check` holds them
 * to their source.
 *
 *   npm run codegen                              writes
 *   sh scripts/run.sh scripts/codegen.ts --check compares; exits 1 with what differs
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeApi } from '../src/openapi.ts';

interface Generator {
  /** The file it makes, relative to the project. */
  readonly file: string;
  /** Its whole text. The same source gives the same text: no dates, no order of chance. */
  make(): Promise<string>;
}

const GENERATORS: readonly Generator[] = [
  { file: 'docs/openapi.json', make: async () => `${JSON.stringify(describeApi(), null, 2)}\n` },
];

const root = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
const differing: string[] = [];

for (const { file, make } of GENERATORS) {
  const path = join(root, file);
  const text = await make();
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  differing.push(file);
  if (isCheck) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

for (const file of differing) console.log(isCheck ? `${file} is not what its source gives` : `${file} written`);
if (isCheck && differing.length > 0) {
  console.log('run `npm run codegen`');
  process.exitCode = 1;
}
