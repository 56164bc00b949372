import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callbackHeaders } from '../../src/dialects/vidu/callback-signature.ts';

const KEY = 'sk-test-of-a-customer';
const PYTHON = 'python3';
const run = promisify(execFile);

interface Call {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-verifier-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The only block of a language on the page, as printed. */
async function printed(language: string): Promise<string> {
  const page = await readFile(join(import.meta.dirname, '../../docs/callbacks.md'), 'utf8');
  const blocks = page.split(`\`\`\`${language}\n`).slice(1);
  expect(blocks).toHaveLength(1);
  return blocks[0]?.split('```')[0] ?? '';
}

/** A callback as a server sees it. */
function callTo(url: string, { secret = KEY, at = new Date() } = {}): Call {
  const headers = callbackHeaders({ url, at, nonce: 'n-1', secret });
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const { pathname, search } = new URL(url);
  return { url: pathname + search, headers: Object.fromEntries(lower) };
}

const old = new Date(Date.now() - 6 * 60 * 1000);
const recent = new Date(Date.now() - 60 * 1000);
const changed = (call: Call, more: Partial<Call>): Call => ({ ...call, ...more });
const GENUINE = callTo('https://shop.example/hook?a=1&b=?x');
const CASES: readonly (readonly [string, Call, boolean])[] = [
  ['a genuine one', GENUINE, true],
  ['one without a query', callTo('https://shop.example/'), true],
  ['one of another key', callTo('https://shop.example/', { secret: 'sk-test-of-another' }), false],
  ['one for another address', changed(GENUINE, { url: '/hook?a=2' }), false],
  ['an old one', callTo('https://shop.example/', { at: old }), false],
  ['one with another date', changed(GENUINE, { headers: { ...GENUINE.headers, date: recent.toUTCString() } }), false],
  ['one with another nonce', changed(GENUINE, { headers: { ...GENUINE.headers, 'x-request-nonce': 'n-2' } }), false],
];

test('the verifier in JavaScript tells what is genuine, as printed', async () => {
  const path = join(folder, 'verify.mjs');
  await writeFile(path, await printed('js'));
  const { isGenuine } = await import(path);
  for (const [name, call, genuine] of CASES) expect([name, isGenuine(call, KEY)]).toEqual([name, genuine]);
});

const hasPython = await run(PYTHON, ['--version']).then(
  () => true,
  () => false,
);

test.runIf(hasPython)('so does the one in Python', async () => {
  const calls = CASES.map(([, { url, headers }]) => ({ url, headers }));
  const program = `${await printed('python')}
import json, sys
print(json.dumps([is_genuine(each["url"], each["headers"], ${JSON.stringify(KEY)}) for each in json.loads(sys.argv[1])]))`;
  const { stdout } = await run(PYTHON, ['-c', program, JSON.stringify(calls)]);
  expect(JSON.parse(stdout)).toEqual(CASES.map(([, , genuine]) => genuine));
});
