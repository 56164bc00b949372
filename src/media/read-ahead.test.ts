import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readAhead } from './read-ahead.ts';

test('what arrived before the line broke is read, then the reason is thrown', async () => {
  const body = new PassThrough();
  const bytes = readAhead(body);
  for (const text of ['a', 'b', 'c']) body.write(text);
  await turn();
  body.destroy(new Error('the line dropped'));
  await turn();
  const read: string[] = [];
  const readAll = async () => {
    for await (const chunk of bytes) read.push(Buffer.from(chunk).toString());
  };
  await expect(readAll()).rejects.toThrow('the line dropped');
  expect(read).toEqual(['a', 'b', 'c']);
});

test('everything comes in order, however slow the reader, and little of it is held', async () => {
  let given = 0;
  let read = 0;
  let mostHeld = 0;
  const body = Readable.from(
    (function* () {
      for (; given < 400; ) yield Buffer.alloc(16_384, ++given);
    })(),
    { objectMode: false },
  );
  for await (const chunk of readAhead(body)) {
    read += 1;
    expect(chunk[0]).toBe(read % 256);
    mostHeld = Math.max(mostHeld, given - read);
    if (read % 10 === 0) await turn();
  }
  expect(read).toBe(400);
  expect(mostHeld * 16_384).toBeLessThan(512 * 1024);
});

test('a reader who leaves closes the line', async () => {
  const body = new PassThrough();
  const bytes = readAhead(body);
  body.write('a');
  for await (const _ of bytes) break;
  expect(body.destroyed).toBe(true);
});
