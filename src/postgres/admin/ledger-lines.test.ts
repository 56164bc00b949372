import { expect, test } from 'vitest';
import { freshDatabase } from '../../../test/harness/scratch-database.ts';
import { openWorld } from '../../../test/harness/world.ts';
import { ledgerLines } from './ledger-lines.ts';

test('chunks together are the whole ledger, each entry once, whatever their size', async () => {
  const world = await openWorld((await freshDatabase()).database);
  const caller = await world.project();
  for (let made = 0; made < 5; made += 1) await world.create(caller);
  const idsIn = async (chunk: number): Promise<bigint[]> => {
    const ids: bigint[] = [];
    for await (const lines of ledgerLines(world.database, chunk).read({})) {
      expect(lines.length).toBeLessThanOrEqual(chunk);
      ids.push(...lines.map(({ id }) => id));
    }
    return ids;
  };
  const all = await idsIn(1000);
  expect(all).toHaveLength(10);
  for (const chunk of [1, 3, 10]) expect(await idsIn(chunk)).toEqual(all);
});
