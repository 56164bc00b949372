import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDiskStorage } from './disk-storage.ts';
import { type InputParts, inputFiles } from './input-files.ts';
import { png } from './testing/image-bytes.ts';
import { Loopback } from './testing/loopback.ts';
import { concat, ftyp, movie, videoEntry } from './testing/mp4-boxes.ts';

const net = new Loopback();
const scope = { projectId: 7n, livemode: false };
const picture = png(64, 32);

/** A file whose middle is zeros that exist only while they are sent. */
interface Hollow {
  readonly head: Buffer;
  readonly zeros: number;
  readonly tail: Buffer;
}

const film = (frames: number, frameBytes: number, mdatFirst: boolean): Hollow => {
  const zeros = frames * frameBytes;
  const bytes = movie({
    entry: videoEntry(1280, 720),
    times: [[frames, 512]],
    sampleSizes: Array.from({ length: frames }, () => frameBytes),
    mdat: concat(zeros + 8, 'mdat'),
    mdatFirst,
  });
  const cut = mdatFirst ? ftyp().length + 8 : bytes.length;
  return { head: bytes.subarray(0, cut), zeros, tail: bytes.subarray(cut) };
};

const lengthOf = ({ head, zeros, tail }: Hollow): number => head.length + zeros + tail.length;

function partOf({ head, zeros, tail }: Hollow, from: number, to: number): Buffer {
  const inTail = head.length + zeros;
  const hollow = Math.max(0, Math.min(to, inTail) - Math.max(from, head.length));
  return Buffer.concat([
    head.subarray(from, to),
    Buffer.alloc(hollow),
    tail.subarray(Math.max(0, from - inTail), Math.max(0, to - inTail)),
  ]);
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-inputs-'));
});
afterEach(async () => {
  await net.close();
  await rm(folder, { recursive: true, force: true });
});

async function files(port: number, more: Partial<InputParts> = {}) {
  const storage = await openDiskStorage({ folder, marker: 'marker' });
  const media = inputFiles({
    storage,
    fetcher: net.fetcher([`127.0.0.1:${port}`]),
    inputs: { put: async () => 1n, find: async () => undefined },
    convert: async () => ({ reason: 'nothing is converted here.' }),
    ownFile: async () => undefined,
    patience: { seconds: 1, idleSeconds: 0.3 },
    ...more,
  });
  const url = `http://127.0.0.1:${port}/x?token=secret`;
  return {
    keep: (maxBytes = 1_000_000) => media.keepInput(scope, { url }, { maxBytes }),
    look: (maxBytes = 200_000_000) => media.look(url, { maxBytes }),
    measure: (maxBytes = 1_000_000, at = url) => media.measure(at, { maxBytes }),
  };
}

interface Served {
  readonly file: Hollow;
  readonly asked: string[];
  readonly sent: { bytes: number };
}

const counting = (file: Hollow): Served => ({ file, asked: [], sent: { bytes: 0 } });

const ranged =
  ({ file, asked, sent }: Served, etag: () => string = () => '"1"'): RequestListener =>
  (request, response) => {
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    asked.push(request.headers.range ?? 'whole');
    const part = partOf(file, Number(from), Math.min(Number(to) + 1, lengthOf(file)));
    sent.bytes += part.length;
    response
      .writeHead(206, {
        'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${lengthOf(file)}`,
        'content-length': part.length,
        etag: etag(),
      })
      .end(part);
  };

test.each([
  ['in front', false],
  ['at the end', true],
])('the facts of a 200 MB film with its index %s take a few range requests', async (_where, mdatFirst) => {
  const served = counting(film(360, 550_000, mdatFirst));
  expect(lengthOf(served.file)).toBeGreaterThan(190_000_000);
  const { look } = await files(await net.serve(ranged(served)));
  expect(await look()).toMatchObject({
    facts: {
      kind: 'video',
      width: 1280,
      height: 720,
      seconds: 15,
      fps: 24,
      videoCodec: 'h264',
      bytes: lengthOf(served.file),
    },
  });
  expect(served.asked.length).toBeLessThanOrEqual(3);
  expect(served.sent.bytes).toBeLessThan(1_000_000);
});

test('a film over the limit is refused after one request', async () => {
  const served = counting(film(24, 1000, false));
  const { look } = await files(await net.serve(ranged(served)));
  expect(await look(5000)).toEqual({
    refused: 'invalid',
    reason: `it has ${lengthOf(served.file)} bytes; at most 5000 are allowed.`,
  });
  expect(served.asked).toHaveLength(1);
});

test('a server without ranges, or whose file changes meanwhile, must give the whole', async () => {
  const whole = await files(await net.serve((_request, response) => response.end(film(24, 1000, false).head)));
  expect(await whole.look()).toBe('whole');
  const served = counting(film(24, 50_000, true));
  let version = 0;
  const etag = (): string => {
    version += 1;
    return `"${version}"`;
  };
  const changing = await files(await net.serve(ranged(served, etag)));
  expect(await changing.look()).toBe('whole');
});

test('what is only measured is not kept: by parts, whole where there are none, or from the body', async () => {
  const facts = { kind: 'video', width: 1280, seconds: 1 };
  const parted = counting(film(24, 10_000, true));
  expect(await (await files(await net.serve(ranged(parted)))).measure()).toMatchObject({ facts });
  const { head, tail } = film(24, 10, false);
  const bytes = Buffer.concat([head, Buffer.alloc(240), tail]);
  const whole = await files(await net.serve((_request, response) => response.end(bytes)));
  expect(await whole.measure()).toMatchObject({ facts });
  expect(await whole.measure(100)).toMatchObject({ refused: 'unreachable' });
  const inBody = `data:video/mp4;base64,${bytes.toString('base64')}`;
  expect(await whole.measure(10_000, inBody)).toMatchObject({ facts });
  expect(await whole.measure(100, inBody)).toMatchObject({ refused: 'invalid' });
  expect(await whole.measure(100, 'data:video/mp4;base64,AAAA')).toMatchObject({ refused: 'invalid' });
  const left = await readdir(folder, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(['.onereel-storage']);
});

test('what lies about its parts is bounded', async () => {
  const endless = await files(
    await net.serve((_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-99/1000000' });
      const timer = setInterval(() => response.write(Buffer.alloc(100_000)), 1);
      response.on('close', () => clearInterval(timer));
    }),
  );
  expect(await endless.look()).toMatchObject({ refused: 'invalid' });
  const empty = await files(
    await net.serve((_request, response) => response.writeHead(416, { 'content-range': 'bytes */0' }).end()),
  );
  expect(await empty.look()).toEqual({ refused: 'invalid', reason: 'the file is empty.' });
  const free = Buffer.alloc(1_000_000, Buffer.from('\0\0\0\x08free'));
  const boxes = counting({ head: free, zeros: 0, tail: Buffer.alloc(0) });
  const many = await files(await net.serve(ranged(boxes)));
  expect(await many.look()).toMatchObject({ refused: 'invalid' });
  expect(boxes.sent.bytes).toBeLessThan(9_000_000);
});

const trickle =
  (everyMilliseconds: number): RequestListener =>
  (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), everyMilliseconds);
    response.on('close', () => clearInterval(timer));
  };

test.each<readonly [string, RequestListener, string]>([
  ['says nothing', () => undefined, 'sent nothing for 0.3 s, which is the limit'],
  [
    'sends headers and then nothing',
    (_request, response) => void response.writeHead(200).flushHeaders(),
    'sent nothing for 0.3 s',
  ],
  ['trickles for ever', trickle(50), 'did not finish within 1 s, which is the limit'],
  [
    'never ends',
    (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(Buffer.alloc(100_000)), 1);
      response.on('close', () => clearInterval(timer));
    },
    'the body is larger than 1000000 bytes, which is the limit',
  ],
  [
    'announces more than is taken',
    (_request, response) => void response.writeHead(200, { 'content-length': 2_000_000 }).flushHeaders(),
    'the body is larger than 1000000 bytes',
  ],
  [
    'announces more than it sends',
    (_request, response) => {
      response.writeHead(200, { 'content-length': picture.length + 10 });
      response.write(picture);
      setTimeout(() => response.destroy(), 50);
    },
    `the body ended after ${picture.length} of the ${picture.length + 10} bytes it declared`,
  ],
  [
    'packs its body',
    (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1e6))),
    'the body is encoded as "gzip"; only unencoded bodies are read',
  ],
  [
    'sends one round in circles',
    (_request, response) => response.writeHead(302, { location: '/y' }).end(),
    'redirects once more; at most 5 are followed',
  ],
  [
    'leads inside',
    (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'its address is not a public one',
  ],
  ['has lost it', (_request, response) => response.writeHead(410).end(), 'the server answered 410'],
  ['breaks off', (request) => void request.socket.destroy(), 'no HTTP answer could be had'],
])(
  'a server that %s is given up on with that reason, and without its secrets',
  async (_how, answer, says) => {
    const { keep, look } = await files(await net.serve(answer));
    const kept = await keep();
    expect(kept).toMatchObject({ refused: 'unreachable', reason: expect.stringContaining(says) });
    expect(JSON.stringify(kept)).not.toContain('secret');
    const seen = await look();
    expect(seen === 'whole' || 'refused' in seen).toBe(true);
  },
  10_000,
);

test('a server that announces less than it sends is not believed beyond that', async () => {
  const port = await net.serveRaw((socket) => {
    socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n`), picture]));
  });
  const { keep } = await files(port);
  expect(await keep()).toMatchObject({ refused: 'invalid' });
});

test('a file of our own is copied from the disk, and its address is not for vendors', async () => {
  const storage = await openDiskStorage({ folder, marker: 'marker' });
  await storage.write(
    'outputs/1.png',
    (async function* () {
      yield picture;
    })(),
  );
  const own = await files(9, { ownFile: async () => ({ storageKey: 'outputs/1.png' }) });
  expect(await own.look()).toBe('whole');
  expect(await own.keep()).toMatchObject({ isOurs: true, facts: { width: 64, height: 32 } });
  expect(await own.keep(10)).toMatchObject({ refused: 'invalid' });
  expect(await own.measure()).toMatchObject({ facts: { width: 64, height: 32 } });
  expect(await own.measure(10)).toMatchObject({ refused: 'invalid' });
  const gone = await files(9, { ownFile: async () => ({ storageKey: 'outputs/2.png' }) });
  expect(await gone.keep()).toMatchObject({ refused: 'unreachable' });
  expect(await gone.measure()).toMatchObject({ refused: 'unreachable' });
});
