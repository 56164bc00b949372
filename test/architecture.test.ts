import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { architectureViolations, shapesOf } from './architecture.ts';

const project = join(import.meta.dirname, '..');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'architecture-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const plant = (file: string, source: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), source);
};

test('the architecture holds in src/', () => {
  expect(architectureViolations(join(project, 'src'))).toEqual([]);
});

test('tests and scripts keep to the same length and naming', () => {
  expect(shapesOf(join(project, 'test'))).toEqual([]);
  expect(shapesOf(join(project, 'scripts'))).toEqual([]);
});

const allowed: [name: string, file: string, source: string][] = [
  ['an inward import', 'application/create.ts', "import type { Generation } from '../domain/generation.ts';"],
  ['a room of its own', 'engine/loop.ts', "import { claim } from './claim.ts';"],
  ['the shared kit', 'providers/vidu/poll.ts', "import { json } from '../kit/json.ts';"],
  ['the registry over all providers', 'providers/registry.ts', "export { vidu } from './vidu/index.ts';"],
  ['the catalogue over providers', 'catalog/models.ts', "import { models } from '../providers/vidu/models.ts';"],
  ['a top-level file over all emulators', 'emulators/start.ts', "import { ark } from './ark/server.ts';"],
  ['the main file over every room', 'main.ts', "import pg from 'pg';\nimport { db } from './postgres/database.ts';"],
  ['any package in a test', 'domain/money.test.ts', "import { test } from 'vitest';\nconst now = Date.now();"],
  ['what tests share, in a test', 'engine/a.test.ts', "import { database } from '../../test/database.ts';"],
  [
    'a comment that names the forbidden',
    'domain/time.ts',
    '/** Never Date.now(). */\nexport const a = 1; // not fetch()',
  ],
  ['a date made from a value', 'domain/date.ts', 'export const at = (ms: number): Date => new Date(ms);'],
  ['a port with a method called fetch', 'application/fetch.ts', 'export const get = (m: Media) => m.fetch(1);'],
  ['a union of strings', 'domain/state.ts', "export type From = 'a'\n  | 'b';"],
  ['many models', 'providers/vidu/models.ts', '// one\n'.repeat(400)],
];

test.for(allowed)('%s is allowed', ([, file, source]) => {
  plant(file, source);
  expect(architectureViolations(root)).toEqual([]);
});

const forbidden: [name: string, file: string, source: string, says: string][] = [
  ['an upward import', 'domain/a.ts', "import { create } from '../application/create.ts';", 'domain may import []'],
  ['a type-only import', 'domain/a.ts', "import type { Pool } from '../postgres/pool.ts';", 'may import []'],
  ['a multi-line import', 'engine/a.ts', "import {\n  a,\n  b,\n} from '../http/server.ts';", '../http/server.ts'],
  ['a re-export', 'application/a.ts', "export * from '../engine/loop.ts';", '../engine/loop.ts'],
  ['a named re-export', 'http/a.ts', "export { a } from '../dialects/uniall/a.ts';", 'http may import'],
  ['a bare import', 'media/a.ts', "import '../postgres/migrate.ts';", '../postgres/migrate.ts'],
  ['a dynamic import', 'cli/a.ts', "const a = await import('../engine/loop.ts');", '../engine/loop.ts'],
  ['a file of another room by URL', 'cli/a.ts', "fork(new URL('../engine/a.ts', import.meta.url));", 'cli may import'],
  ['a room that climbs to the main file', 'http/a.ts', "import { config } from '../config.ts';", 'http may import'],
  [
    'what tests share, in code',
    'engine/a.ts',
    "import { database } from '../../test/database.ts';",
    'engine may import',
  ],
  ['an upward import in a test', 'domain/a.test.ts', "import { a } from '../engine/a.ts';", 'domain may import []'],
  ['an unlisted package', 'domain/a.ts', "import pg from 'pg';", 'imports pg; domain may use ^zod$'],
  ['a package whose name only begins alike', 'postgres/a.ts', "import mem from 'pg-mem';", 'imports pg-mem'],
  ['a required package', 'application/a.ts', "const fs = require('node:fs');", 'imports node:fs'],
  [
    'a sibling provider',
    'providers/vidu/a.ts',
    "import { a } from '../ark/a.ts';",
    'providers never import each other',
  ],
  ['a kit that knows a provider', 'providers/kit/a.ts', "import { a } from '../ark/a.ts';", 'never import each other'],
  [
    'a provider that knows the registry',
    'providers/ark/a.ts',
    "import { all } from '../registry.ts';",
    'only providers/kit',
  ],
  [
    'a sibling dialect',
    'dialects/openai/a.ts',
    "import { a } from '../uniall/a.ts';",
    'dialects never import each other',
  ],
  [
    'a sibling emulator',
    'emulators/ark/a.ts',
    "import { a } from '../vidu/a.ts';",
    'emulators never import each other',
  ],
  ['an emulator that knows its provider', 'emulators/ark/a.ts', "import { a } from '../../providers/ark/a.ts';", '[]'],
  ['an unknown folder', 'shared/a.ts', 'export const a = 1;', 'src/shared is not in the table'],
  ['a folder called like a property of objects', 'constructor/a.ts', 'export const a = 1;', 'not in the table'],
  ['chance in the domain', 'domain/a.ts', 'export const a = () => Math.random();', 'Math.random in a pure room'],
  ['a clock in a provider', 'providers/ark/a.ts', 'export const a = { clock: Date.now };', 'Date.now in a pure room'],
  [
    'a fetch in the catalogue',
    'catalog/a.ts',
    "export const a = await fetch('https://a.example');",
    'fetch( in a pure room',
  ],
  ['the present moment in a use case', 'application/a.ts', 'export const a = () => new Date();', 'new Date in a pure'],
  ['the environment in a use case', 'application/a.ts', "export const a = process.env['HOST'];", 'process. in a pure'],
  ['a timer in a use case', 'application/a.ts', 'setTimeout(() => {}, 1);', 'setTimeout( in a pure room'],
  ['a long file', 'engine/a.ts', 'export {};\n'.repeat(301), 'has 301 lines'],
  ['a file called utils', 'media/utils.ts', 'export const a = 1;', '"utils" says nothing'],
  ['a folder called helpers', 'media/helpers/a.ts', 'export const a = 1;', '"helpers" says nothing'],
];

test.for(forbidden)('%s is caught', ([, file, source, says]) => {
  plant(file, source);
  expect(architectureViolations(root)).toEqual([expect.stringContaining(says)]);
});
