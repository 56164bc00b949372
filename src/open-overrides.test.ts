import { expect, test } from 'vitest';
import type { Log } from './application/ports.ts';
import { openOverrides } from './open-overrides.ts';
import type { Database } from './postgres/database.ts';

interface Entry {
  readonly kind: string;
  readonly name: string;
  readonly value: unknown;
  readonly since: number;
}

/** A database that holds these entries, or is away. */
function holding(first: readonly Entry[]) {
  let entries: readonly Entry[] | 'away' = first;
  const query = async () => {
    if (entries === 'away') throw new Error('the database is away');
    return [{ now: 1000, entries }];
  };
  return {
    database: { query, transaction: () => Promise.reject(), close: async () => {} } as unknown as Database, // nothing else is asked
    becomes: (next: readonly Entry[] | 'away') => {
      entries = next;
    },
  };
}

const rate = (usd: number): Entry => ({ kind: 'rate', name: 'CNY', value: { usd, date: '2026-11-20' }, since: 1 });
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

test('while the database is away what was read last counts, and then what it says', async () => {
  const { database, becomes } = holding([rate(0.14)]);
  const overrides = await openOverrides(database, { file: [], log: silent });
  try {
    becomes('away');
    await expect(overrides.refresh()).rejects.toThrow('the database is away');
    expect(overrides.pricing.rate('CNY')?.usd).toBe(0.14);
    becomes([rate(0.15)]);
    await overrides.refresh();
    expect(overrides.pricing.rate('CNY')?.usd).toBe(0.15);
  } finally {
    await overrides.close();
  }
});

test('a start without a database is no start: nothing is priced by a guess', async () => {
  const { database, becomes } = holding([]);
  becomes('away');
  await expect(openOverrides(database, { file: [], log: silent })).rejects.toThrow('the database is away');
});

test('the catalogue changes with the models, is the same where nothing changed, and what cannot be used is said once', async () => {
  const said: unknown[] = [];
  const { database, becomes } = holding([]);
  const log: Log = { ...silent, warn: (event, fields) => said.push([event, fields]) };
  const overrides = await openOverrides(database, { file: [], log });
  try {
    const before = overrides.catalogue.models;
    await overrides.refresh();
    expect(overrides.catalogue.models).toBe(before);
    expect(overrides.catalogue.find('viduq3t-540p')).toBeDefined();
    const strange = { kind: 'price', name: 'vidu/viduq9', value: { cents: 1 }, since: 1 };
    becomes([{ kind: 'model', name: 'viduq3t-540p', value: { withdrawn: true }, since: 1 }, strange]);
    await overrides.refresh();
    await overrides.refresh();
    expect(overrides.catalogue.find('viduq3t-540p')).toBeUndefined();
    expect(overrides.catalogue.models).toHaveLength(before.length - 1);
    expect(said).toEqual([['overrides.unusable', { names: ['price vidu/viduq9'] }]]);
  } finally {
    await overrides.close();
  }
});
