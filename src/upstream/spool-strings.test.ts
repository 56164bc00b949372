import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { spoolStrings } from './spool-strings.ts';

const MEMBER = 'bytesBase64Encoded';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-spool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* chunked(text: Buffer, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  let at = 0;
  for (let index = 0; at < text.length; index += 1) {
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? text.length);
    yield text.subarray(at, at + size);
    at += size;
  }
}

async function passed(text: string | Buffer, sizes: readonly number[] = []): Promise<string> {
  const parts: Uint8Array[] = [];
  const json = chunked(Buffer.from(text), sizes);
  for await (const part of spoolStrings(json, { member: MEMBER, folder })) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

const spooled = async (value: unknown): Promise<Buffer> => {
  if (typeof value !== 'string' || !value.startsWith('spool:')) throw new Error(`not spooled: ${value}`);
  return readFile(join(folder, value.slice('spool:'.length)));
};

/** Strings of the member hold base64; others may hold anything, the member's name too. */
const bytes = fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each));
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(MEMBER, `${MEMBER}"`, '":', '\\', '"\\"'),
);
const name = fc.oneof(fc.constantFrom(MEMBER, `${MEMBER}x`, `${MEMBER}\n`, '__proto__'), fc.string({ maxLength: 6 }));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(null, true, 0, -1.5e300),
    bytes,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('json')), { maxLength: 4 }).map((members) => new Map(members)),
  ),
}));

/** The text of a value, in one of the many spellings that JSON allows. Bytes become base64. */
function spell(value: unknown, escapes: readonly boolean[], spaces: string): string {
  if (Buffer.isBuffer(value)) return `"${escaped(value.toString('base64'), escapes)}"`;
  if (Array.isArray(value)) return `[${spaces}${value.map((each) => spell(each, escapes, spaces)).join(`${spaces},`)}]`;
  if (value instanceof Map) {
    const members = [...value].map(
      ([key, each]) => `${JSON.stringify(key)}${spaces}:${spaces}${spell(each, escapes, spaces)}`,
    );
    return `{${spaces}${members.join(`,${spaces}`)}${spaces}}`;
  }
  return JSON.stringify(value);
}

const escaped = (base64: string, escapes: readonly boolean[]): string =>
  [...base64]
    .map((letter, index) => {
      if (escapes[index % Math.max(1, escapes.length)] !== true) return letter;
      return letter === '/' ? '\\/' : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
    })
    .join('');

/** Compares what was passed with what was meant: the same, but for the member's strings, which are files with the bytes. */
async function compare(got: unknown, meant: unknown, isMember = false): Promise<void> {
  if (isMember && (Buffer.isBuffer(meant) || typeof meant === 'string')) {
    const content = await spooled(got);
    if (Buffer.isBuffer(meant)) expect(content).toEqual(meant);
  } else if (Buffer.isBuffer(meant)) expect(got).toBe(meant.toString('base64'));
  else if (Array.isArray(meant)) {
    expect(got).toHaveLength(meant.length);
    for (const [index, each] of meant.entries()) await compare((got as unknown[])[index], each);
  } else if (meant instanceof Map) {
    const members = got as Record<string, unknown>;
    expect(Object.keys(members).sort()).toEqual([...meant.keys()].sort());
    for (const [key, each] of meant) await compare(members[key], each, key === MEMBER);
  } else expect(got).toEqual(meant);
}

test('any JSON in any chunks is what it was, with the values of the member decoded to files', async () => {
  await fc.assert(
    fc.asyncProperty(
      json,
      fc.array(fc.nat(20), { maxLength: 5 }),
      fc.array(fc.boolean(), { maxLength: 7 }),
      fc.constantFrom('', ' ', '\n\t '),
      async (value, sizes, escapes, spaces) => {
        await compare(JSON.parse(await passed(spell(value, escapes, spaces), sizes)), value);
      },
    ),
    { numRuns: 300 },
  );
});

test('two values in one answer are two files', async () => {
  const one = Buffer.from('first video');
  const two = Buffer.from('second');
  const answer = { videos: [{ [MEMBER]: one.toString('base64') }, { [MEMBER]: two.toString('base64') }] };
  const got = JSON.parse(await passed(JSON.stringify(answer), [3]));
  expect(await spooled(got.videos[0][MEMBER])).toEqual(one);
  expect(await spooled(got.videos[1][MEMBER])).toEqual(two);
});

test('base64 that is broken into lines is read on', async () => {
  const video = Buffer.from('0123456789'.repeat(20));
  const lines = video.toString('base64').replaceAll(/.{10}/g, '$&\\n');
  expect(await spooled(JSON.parse(await passed(`{"${MEMBER}":"${lines}"}`, [7]))[MEMBER])).toEqual(video);
});

test('an answer that breaks off in a value is no JSON, and leaves no file', async () => {
  const got = await passed(`{"${MEMBER}":"AAAA`, [4]);
  expect(() => JSON.parse(got)).toThrow();
  expect(await readdir(folder)).toEqual([]);
});

test('a line that drops in a value is an error, and leaves no file open', async () => {
  const dropping = async function* () {
    yield Buffer.from(`{"${MEMBER}":"AAAA`);
    throw new Error('the line dropped');
  };
  const reading = (async () => {
    for await (const _ of spoolStrings(dropping(), { member: MEMBER, folder }));
  })();
  await expect(reading).rejects.toThrow('the line dropped');
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that is not there is an error, not a crash', async () => {
  const reading = (async () => {
    const json = chunked(Buffer.from(`{"${MEMBER}":"AAAA"}`), []);
    for await (const _ of spoolStrings(json, { member: MEMBER, folder: join(folder, 'none') }));
  })();
  await expect(reading).rejects.toThrow('ENOENT');
});

test('a value of many megabytes takes constant memory', async () => {
  const chunk = Buffer.from('QUJD'.repeat(16 * 1024));
  const big = async function* () {
    yield Buffer.from(`{"${MEMBER}":"`);
    for (let index = 0; index < 2048; index += 1) yield chunk;
    yield Buffer.from('"}');
  };
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const parts: Uint8Array[] = [];
  for await (const part of spoolStrings(big(), { member: MEMBER, folder })) {
    parts.push(part);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  const got = JSON.parse(Buffer.concat(parts).toString());
  expect((await spooled(got[MEMBER])).length).toBe(96 * 1024 * 1024);
  // What is written waits for the collector a little.
  expect(most).toBeLessThan(64 * 1024 * 1024);
});
