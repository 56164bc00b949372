import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ByteSource, bytesSource, probe, probeFile } from './probe.ts';
import { png } from './testing/image-bytes.ts';
import { box, concat, fragmentedMovie, ftyp, movie, u64, videoEntry } from './testing/mp4-boxes.ts';

const refusal = (name: string, message: string | RegExp = '') =>
  expect.objectContaining({ name: 'ProbeError', refusal: name, message: expect.stringMatching(message) });

function noise(length: number): Uint8Array {
  let state = 1;
  return new Uint8Array(length).map(() => {
    state = (state * 69_069 + 1) % 2 ** 32;
    return state >>> 24;
  });
}

test.each([
  ['nothing', '', 'empty', 'empty'],
  ['one byte', 'x', 'not_media', 'no media file'],
  ['an HTML page', '\n<!DOCTYPE html><html><body>403</body></html>', 'not_media', 'an HTML page'],
  ['an HTML page with a byte order mark', '\xef\xbb\xbf<html>', 'not_media', 'an HTML page'],
  ['JSON', '{"error":"expired"}', 'not_media', 'a JSON document'],
  ['XML', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'not_media', 'an XML or SVG document'],
  [
    'an SVG with nested entities',
    '<!DOCTYPE svg [<!ENTITY a "&b;&b;">]><svg>&a;</svg>',
    'not_media',
    'an XML or SVG document',
  ],
  ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'not_media', 'an SVG document'],
  ['WebM', '\x1a\x45\xdf\xa3\x01\0\0\0', 'unsupported', 'a Matroska or WebM file'],
  ['Ogg', 'OggS\0\x02', 'unsupported', 'an Ogg file'],
])('%s is refused by its name', async (_what, text, expected, says) => {
  await expect(probe(bytesSource(Buffer.from(text, 'latin1')))).rejects.toEqual(refusal(expected, says));
});

const frees = Buffer.alloc(16_000_000, concat(8, 'free'));
const nested = (depth: number): Buffer => {
  const bytes = Buffer.alloc(depth * 8);
  for (let at = 0; at < bytes.length; at += 8) bytes.set(concat(bytes.length - at, 'trak'), at);
  return bytes;
};
const good = movie();
const atEnd = movie({ mdatFirst: true, sampleSizes: Array.from({ length: 120 }, () => 1000) });
const long = movie({ sampleSizes: Array.from({ length: 120 }, () => 1000) });
const table = (type: string, ...numbers: readonly number[]) => box(type, 0, ...numbers);

test.each<readonly [string, Uint8Array, string]>([
  ['noise', noise(100_000), 'not_media'],
  ['an index of 4 GB', concat(ftyp(), 0xfffffff0, 'moov', Buffer.alloc(100)), 'truncated'],
  ['a box of size 0 within another', movie({ moreInMoov: concat(0, 'free') }), 'malformed'],
  ['a box of size 3', concat(ftyp(), 3, 'free', good), 'malformed'],
  ['a child that leaves its parent', movie({ moreInMoov: concat(100, 'free') }), 'malformed'],
  ['a 64-bit size of 2^63-1', concat(ftyp(), 1, 'mdat', u64(2n ** 63n - 1n), Buffer.alloc(50)), 'truncated'],
  ['a 64-bit size of 0', concat(ftyp(), 1, 'mdat', u64(0n), Buffer.alloc(50)), 'malformed'],
  ['20 000 boxes in one another', concat(ftyp(), box('moov', nested(20_000))), 'malformed'],
  ['2 000 000 empty boxes', concat(ftyp(), frees), 'too_complex'],
  ['2 000 000 empty boxes in the index', movie({ moreInMoov: frees }), 'too_complex'],
  ['an index of 33 MiB', movie({ moreInMoov: box('free', Buffer.alloc(33 * 1024 * 1024)) }), 'too_complex'],
  ['40 tracks', movie({ moreInMoov: Buffer.alloc(8 * 40, box('trak')) }), 'too_complex'],
  ['4100 fragments', concat(fragmentedMovie({ fragments: 1 }), Buffer.alloc(8 * 4100, box('moof'))), 'too_complex'],
  [
    'a fragment of 8 MiB',
    concat(fragmentedMovie({ fragments: 1 }), box('moof', Buffer.alloc(8 * 1024 * 1024))),
    'too_complex',
  ],
  ['a claim of 2^32 sizes', movie({ stsz: table('stsz', 0, 0xffffffff) }), 'malformed'],
  ['a claim of 2^32 equal sizes', movie({ stsz: table('stsz', 1, 0xffffffff) }), 'too_complex'],
  ['a claim of 2^32 equal times', movie({ times: [[0xffffffff, 1]] }), 'too_complex'],
  ['a claim of 2^31 times', movie({ stts: table('stts', 0x7fffffff, 1, 1) }), 'malformed'],
  ['a claim of 2^30 chunks', movie({ stco: table('stco', 0x40000000) }), 'malformed'],
  ['a claim of 2^29 wide chunks', movie({ stco: table('co64', 0x20000000) }), 'malformed'],
  [
    'a claim of 2^32 samples in a fragment',
    fragmentedMovie({ fragments: 1, run: concat(0x100, 0xffffffff) }),
    'too_complex',
  ],
  [
    'a claim of a million samples in a fragment',
    fragmentedMovie({ fragments: 1, run: concat(0x100, 1_000_000, 1) }),
    'malformed',
  ],
  ['more times than samples', movie({ times: [[121, 512]] }), 'malformed'],
  ['a clock that does not run', movie({ timescale: 0 }), 'malformed'],
  ['a film of a year', movie({ times: [[120, 0xffffffff]], timescale: 1 }), 'too_complex'],
  ['no pixels at all', movie({ entry: videoEntry(0, 0), shown: [0, 0] }), 'malformed'],
  ['samples without a place', movie({ stco: table('stco', 0) }), 'malformed'],
  ['a chunk after the end of the file', movie({ stco: table('stco', 1, 1_000_000) }), 'truncated'],
  ['a wide chunk far after the end', movie({ stco: table('co64', 1, 0xffffffff, 0) }), 'truncated'],
  ['an encrypted film', movie({ entry: videoEntry(64, 36, 'encv') }), 'unsupported'],
  ['a file of subtitles', movie({ handler: 'text' }), 'unsupported'],
  ['no index', concat(ftyp(), box('mdat', Buffer.alloc(100))), 'truncated'],
  ['an announcement of fragments without one', fragmentedMovie({ fragments: 0 }), 'truncated'],
  ['a film cut at 3000 bytes', long.subarray(0, 3000), 'truncated'],
  ['a film cut in half', long.subarray(0, long.length / 2), 'truncated'],
  ['a film cut in half with its index at the end', atEnd.subarray(0, atEnd.length / 2), 'truncated'],
  ['a film cut in half whose media have no size', movie({ mdat: concat(0, 'mdat', Buffer.alloc(600)) }), 'truncated'],
  ['a film cut within its index', good.subarray(0, 400), 'truncated'],
  ['fragments cut in half', fragmentedMovie({ fragments: 2 }).subarray(0, -100), 'truncated'],
])('%s is refused, soon', async (_what, bytes, expected) => {
  const started = performance.now();
  await expect(probe(bytesSource(bytes))).rejects.toEqual(refusal(expected));
  expect(performance.now() - started).toBeLessThan(500);
});

test('little is read of a large file', async () => {
  const film = movie({ mdatFirst: true, sampleSizes: Array.from({ length: 120 }, () => 200_000) });
  let read = 0;
  const source: ByteSource = {
    size: film.length,
    read: async (offset, length) => {
      read += length;
      return film.subarray(offset, offset + length);
    },
  };
  await probe(source);
  expect(read).toBeLessThan(70_000);
});

test('a file that shrinks while it is read is truncated; a disk that breaks is no verdict', async () => {
  const source = (read: ByteSource['read']): ByteSource => ({ size: 1000, read });
  await expect(probe(source(async () => new Uint8Array(10)))).rejects.toEqual(refusal('truncated'));
  await expect(probe(source(async () => Promise.reject(new Error('EIO'))))).rejects.toThrow('EIO');
});

test('only regular files are opened', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-probe-'));
  try {
    const picture = join(folder, 'picture');
    await writeFile(picture, png(7, 5));
    await writeFile(join(folder, 'empty.mp4'), '');
    const makePipe = 'mkfifo';
    execFileSync(makePipe, [join(folder, 'pipe.mp4')]);
    expect(await probeFile(picture)).toMatchObject({ format: 'png', width: 7, height: 5 });
    await expect(probeFile(join(folder, 'empty.mp4'))).rejects.toEqual(refusal('empty'));
    await expect(probeFile(join(folder, 'pipe.mp4'))).rejects.toEqual(refusal('not_media', 'regular file'));
    await expect(probeFile(folder)).rejects.toEqual(refusal('not_media', 'regular file'));
    await expect(probeFile('/dev/zero')).rejects.toEqual(refusal('not_media', 'regular file'));
    await expect(probeFile(join(folder, 'none'))).rejects.toThrow('ENOENT');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
