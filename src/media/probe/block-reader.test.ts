import { expect, test } from 'vitest';
import { BlockReader } from './block-reader.ts';
import { bytesSource } from './byte-source.ts';

const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);

test('any part is had, within a block, across blocks, larger than one and at the end', async () => {
  const reader = new BlockReader(bytesSource(bytes));
  for (const [offset, length] of [
    [0, 10],
    [65_530, 20],
    [10, 100_000],
    [199_990, 10],
    [5, 1],
  ] as const) {
    const view = await reader.view(offset, length);
    expect([view.length, view.u8(0), view.u8(length - 1)]).toEqual([length, offset % 251, (offset + length - 1) % 251]);
  }
  expect(await reader.upTo(199_990, 100)).toHaveLength(10);
  expect(await reader.upTo(300_000, 100)).toHaveLength(0);
  await expect(reader.view(199_990, 11)).rejects.toMatchObject({ refusal: 'truncated' });
});

test('20 000 reads are the end', async () => {
  const reader = new BlockReader(bytesSource(bytes));
  const reading = (async () => {
    for (let read = 0; read < 20_001; read += 1) await reader.view(read % 2 === 0 ? 0 : 150_000, 1);
  })();
  await expect(reading).rejects.toMatchObject({ refusal: 'too_complex' });
});
