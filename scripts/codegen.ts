/**
 * Writes the files that are made from the catalogue and the schemas. They are committed, and `npm run check` holds them
 * to their source.
 *
 *   npm run codegen                              writes
 *   sh scripts/run.sh scripts/codegen.ts --check compares; exits 1 with what differs
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildCatalogue } from '../src/catalog/catalogue.ts';
import { PUBLIC_MODELS } from '../src/catalog/public-models.ts';
import { API_ROUTES, describeApi } from '../src/openapi.ts';
import { PROVIDERS } from '../src/providers/registry.ts';
import { errorsPage } from './pages/errors-page.ts';
import { modelsPage } from './pages/models-page.ts';
import { testModePage } from './pages/test-mode-page.ts';

interface Generator {
  /** The file it makes, relative to the project. */
  readonly file: string;
  /** Its whole text. The same source gives the same text: no dates, no order of chance. */
  make(): Promise<string>;
}

const GENERATORS: readonly Generator[] = [
  { file: 'docs/models.md', make: async () => modelsPage(buildCatalogue(PUBLIC_MODELS, PROVIDERS)) },
  { file: 'docs/errors.md', make: async () => errorsPage(API_ROUTES) },
  { file: 'docs/test-mode.md', make: async () => testModePage() },
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
