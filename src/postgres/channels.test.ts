import { beforeEach, expect, test } from 'vitest';
import { freshDatabase } from '../../test/harness/scratch-database.ts';
import { channel, openWorld, type World } from '../../test/harness/world.ts';
import { channelsOf } from './channels.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld((await freshDatabase()).database);
});

const open = async (livemode = false) => [...(await channelsOf(world.database, () => 0).open(livemode))].sort();

test('a channel that the configuration no longer names is drained, and opens when it is named again', async () => {
  await world.channels(channel(), channel({ name: 'sandbox-ark', provider: 'ark' }));
  expect(await open()).toEqual(['ark', 'vidu']);
  await world.channels(channel());
  expect(await open()).toEqual(['vidu']);
  expect(await world.row(`select state from channels where name = 'sandbox-ark'`)).toEqual({ state: 'drained' });
  await world.channels(channel(), channel({ name: 'sandbox-ark', provider: 'ark' }));
  expect(await open()).toEqual(['ark', 'vidu']);
});

test('live and test channels of one name are two', async () => {
  await world.channels(channel({ livemode: true }), channel());
  expect(await open(true)).toEqual(['vidu']);
  await world.channels(channel());
  expect(await open(true)).toEqual([]);
  expect(await open(false)).toEqual(['vidu']);
});

test('a running attempt keeps the credentials it was made with; the next one has the new ones', async () => {
  const caller = await world.project();
  await world.channels(channel({ credentials: { apiKey: 'old' } }));
  await world.create(caller);
  const [first] = await world.claimAll();
  await world.channels(channel({ credentials: { apiKey: 'new' } }));
  await world.create(caller);
  const [second] = await world.claimAll();
  if (!first || !second) throw new Error('two claims were expected');
  expect((await world.work.read(first))?.channel.credentials).toEqual({ apiKey: 'old' });
  expect((await world.work.read(second))?.channel.credentials).toEqual({ apiKey: 'new' });
});

test('the same credentials are one version, and going back to old ones makes no new one', async () => {
  const versions = async () => Number((await world.row('select count(*) from credentials')).count);
  await world.channels(channel({ credentials: { apiKey: 'old', region: 'eu' } }));
  await world.channels(channel({ credentials: { region: 'eu', apiKey: 'old' } }));
  expect(await versions()).toBe(1);
  await world.channels(channel({ credentials: { apiKey: 'new', region: 'eu' } }));
  await world.channels(channel({ credentials: { apiKey: 'old', region: 'eu' } }));
  expect(await versions()).toBe(2);
  const caller = await world.project();
  await world.create(caller);
  const [claim] = await world.claimAll();
  expect(claim && (await world.work.read(claim))?.channel.credentials).toEqual({ apiKey: 'old', region: 'eu' });
});

test('a channel cannot become one of another provider, and nothing is changed then', async () => {
  await world.channels(channel());
  await expect(world.channels(channel({ name: 'another' }), channel({ provider: 'ark' }))).rejects.toThrow(
    'Channel sandbox-vidu exists already, with another provider or made by the admin API; give the new one another name.',
  );
  expect(await world.rows('select name from channels')).toEqual([{ name: 'sandbox-vidu' }]);
});

test('processes that configure at once leave the channels of one of them', async () => {
  await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      world.channels(channel({ name: 'same' }), channel({ name: `own-${index}` })),
    ),
  );
  const names = await world.rows(`select name from channels where state = 'open' order by name`);
  expect(names).toHaveLength(2);
  expect(names[1]).toEqual({ name: 'same' });
});

test('credentials are not in the clear', async () => {
  await world.channels(channel({ credentials: { apiKey: 'vda_very_secret' } }));
  const { sealed } = await world.row('select sealed from credentials');
  expect(sealed.includes('vda_very_secret')).toBe(false);
});

test('a running attempt keeps the origins and settings it was made with', async () => {
  const caller = await world.project();
  const old = { origins: { '*': 'http://10.0.0.7:1' }, settings: { bucket: 'gs://old' } };
  await world.channels(channel(old));
  await world.create(caller);
  const [first] = await world.claimAll();
  const changed = { origins: { '*': 'http://10.0.0.8:1' }, settings: { bucket: 'gs://new' } };
  await world.channels(channel(changed));
  await world.create(caller);
  const [second] = await world.claimAll();
  if (!first || !second) throw new Error('two claims were expected');
  expect((await world.work.read(first))?.channel).toMatchObject(old);
  expect((await world.work.read(second))?.channel).toMatchObject(changed);
});
