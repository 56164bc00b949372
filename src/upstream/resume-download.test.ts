import { expect, test } from 'vitest';
import type { ResumePoint } from '../application/download.ts';
import { resumeDownload, type StorageAnswer, type StorageQuestion } from './resume-download.ts';

const LAST_MODIFIED = 'Sat, 21 Nov 2026 10:00:00 GMT';
const DATE = 'Sat, 21 Nov 2026 10:00:01 GMT';

/** The first 60 of 100 bytes are here. */
const point = (marks: ResumePoint['marks'] = { totalBytes: 100, etag: '"a"', ifRange: '"a"' }): ResumePoint => ({
  bytes: 60,
  marks,
});

type Given = Pick<StorageAnswer, 'status'> & { readonly headers?: Record<string, string> };
const rest = (headers: Record<string, string> = {}): Given => ({
  status: 206,
  headers: { 'content-range': 'bytes 60-99/100', etag: '"a"', ...headers },
});
const WHOLE: Given = { status: 200, headers: { 'content-length': '100', etag: '"b"' } };

/** Asks a storage that gives these answers in turn; what was asked for, and what came of it. */
async function ask(answers: readonly Given[], from?: ResumePoint) {
  const asked: StorageQuestion['headers'][] = [];
  const closed: number[] = [];
  const download = await resumeDownload(async ({ headers, accepts }) => {
    const { status, headers: given = {} } = answers[asked.length] ?? WHOLE;
    asked.push(headers);
    if (!accepts(status)) throw new Error(`answered ${status}`);
    return { status, headers: given, body: bodyOf(() => closed.push(status)) };
  }, from);
  return { ...download, asked, closed };
}

async function* bodyOf(close: () => void): AsyncIterable<Uint8Array> {
  try {
    yield Buffer.from('bytes');
  } finally {
    close();
  }
}

test('without a resume point the whole is asked for, and its marks are read', async () => {
  const { asked, startsAt, marks } = await ask([WHOLE]);
  expect([asked, startsAt]).toEqual([[{}], 0]);
  expect(marks).toEqual({ totalBytes: 100, etag: '"b"', ifRange: '"b"' });
});

test('the rest of the same file is gone on with', async () => {
  const { asked, startsAt, marks } = await ask([rest()], point());
  expect(asked).toEqual([{ range: 'bytes=60-', 'if-range': '"a"' }]);
  expect([startsAt, marks]).toEqual([60, { totalBytes: 100, etag: '"a"', ifRange: '"a"' }]);
});

test('without a strong mark the same total is enough', async () => {
  const { asked, startsAt } = await ask([rest()], point({ totalBytes: 100 }));
  expect([asked, startsAt]).toEqual([[{ range: 'bytes=60-' }], 60]);
});

test('a file that is now another comes whole at once', async () => {
  const { asked, startsAt, marks } = await ask([WHOLE], point());
  expect([asked.length, startsAt, marks.etag]).toEqual([1, 0, '"b"']);
});

test.each<[string, Given, ResumePoint['marks']?]>([
  ['another start', rest({ 'content-range': 'bytes 59-99/100' })],
  ['another total', rest({ 'content-range': 'bytes 60-99/101' })],
  ['no total', rest({ 'content-range': 'bytes 60-99/*' })],
  ['no content range, as with several parts', { status: 206 }],
  ['nonsense for a content range', rest({ 'content-range': 'bytes 60-/100' })],
  ['another entity tag, by a server that knows no If-Range', rest({ etag: '"b"' })],
  ['a tag that is weak by now', rest({ etag: 'W/"a"' })],
  ['another date', rest({ 'last-modified': DATE }), { totalBytes: 100, lastModified: LAST_MODIFIED }],
  ['nothing from there on', { status: 416, headers: { 'content-range': 'bytes */50' } }],
])('it is begun again, and that answer let go of, for %s', async (_, answer, marks) => {
  const { asked, startsAt, closed } = await ask([answer, WHOLE], point(marks));
  expect([asked[1], asked.length, startsAt]).toEqual([{}, 2, 0]);
  expect(closed).toEqual([answer.status]);
});

test.each([
  [206, undefined],
  [204, undefined],
  [403, point()],
  [503, point()],
])('%i is no file (%j)', async (status, from) => {
  await expect(ask([{ status }], from)).rejects.toThrow(`answered ${status}`);
});

test.each<[string, Record<string, string>, string | undefined]>([
  ['a strong tag', { etag: '"a"', 'last-modified': LAST_MODIFIED, date: DATE }, '"a"'],
  ['a date under a weak tag', { etag: 'W/"a"', 'last-modified': LAST_MODIFIED, date: DATE }, LAST_MODIFIED],
  ['no date of the same second', { 'last-modified': LAST_MODIFIED, date: LAST_MODIFIED }, undefined],
  ['no date without a clock beside it', { 'last-modified': LAST_MODIFIED }, undefined],
  ['no tag that is not quoted', { etag: 'a' }, undefined],
])('If-Range takes %s', async (_, headers, ifRange) => {
  expect((await ask([{ status: 200, headers }])).marks.ifRange).toBe(ifRange);
});
