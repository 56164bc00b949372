import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshDatabase } from '../../test/harness/scratch-database.ts';
import { channel, openWorld, type World } from '../../test/harness/world.ts';
import { channelStore } from './admin/channels.ts';
import { keepAnnouncing } from './announcements.ts';
import { configureChannels, type WantedChannel } from './channels.ts';

let world: World;
const withdrawals: (() => Promise<void>)[] = [];
const log = { info: () => {}, warn: () => {}, error: () => {} };

beforeEach(async () => {
  world = await openWorld((await freshDatabase()).database);
});
afterEach(async () => {
  for (const withdraw of withdrawals.splice(0)) await withdraw();
});

/** What a gateway does at its start; answers what it does at its end. */
async function start(wanted: readonly WantedChannel[], everySeconds = 1000): Promise<() => Promise<void>> {
  const gateway = randomUUID();
  const { vault } = world.installation;
  const channelIds = await configureChannels(world.database, { vault, gateway, wanted });
  const withdraw = keepAnnouncing(world.database, { gateway, channelIds }, { log, everySeconds });
  withdrawals.push(withdraw);
  return withdraw;
}

const vidu = channel();
const ark = channel({ name: 'sandbox-ark', provider: 'ark' });

const open = async (): Promise<readonly string[]> =>
  (await world.rows(`select provider from channels where state = 'open' order by provider`)).map(
    ({ provider }) => provider,
  );

test('a gateway with other channels drains none of a running one, and those of one that left', async () => {
  const leave = await start([vidu]);
  await start([ark]);
  expect(await open()).toEqual(['ark', 'vidu']);
  await leave();
  await start([ark]);
  expect(await open()).toEqual(['ark']);
});

test('a channel that two have stays open until both left', async () => {
  const leaves = [await start([vidu]), await start([vidu, ark])];
  await leaves[0]?.();
  await start([ark]);
  expect(await open()).toEqual(['ark', 'vidu']);
  await leaves[1]?.();
  await start([ark]);
  expect(await open()).toEqual(['ark']);
});

test('channels of a gateway that left are drained by one that goes on', async () => {
  const leave = await start([vidu]);
  await start([ark], 0.05);
  await leave();
  await expect.poll(open).toEqual(['ark']);
});

test('a killed gateway is believed for half a minute, and no longer', async () => {
  await start([vidu]);
  await start([ark]);
  await start([ark]);
  expect(await open()).toEqual(['ark', 'vidu']);
  await world.rows(`update announcements set until = until - interval '31 s'`);
  await start([ark]);
  expect(await open()).toEqual(['ark']);
});

test('a gateway that goes on renews its word, and opens again what was drained behind its back', async () => {
  await start([vidu], 0.05);
  await world.rows(`update announcements set until = until - interval '31 s'`);
  await world.rows(`update channels set state = 'drained'`);
  await expect.poll(open).toEqual(['vidu']);
  await start([ark]);
  expect(await open()).toEqual(['ark', 'vidu']);
});

test('what an operator drained or made stays so while gateways renew their word', async () => {
  const store = channelStore(world.database, world.installation.vault);
  const change = { actor: 'key_1', requestId: 'req_1' };
  await start([vidu, ark], 0.05);
  await store.drain('sandbox-vidu', change);
  const own = {
    name: 'own',
    provider: 'byteplus',
    credentials: { apiKey: 'a' },
    origins: {},
    settings: {},
    concurrency: 1,
  };
  await store.create(own, change);
  const renewedAt = async () => (await world.row('select max(until) as at from announcements')).at.getTime();
  const before = await renewedAt();
  await expect.poll(renewedAt).toBeGreaterThan(before + 200);
  expect(await open()).toEqual(['ark', 'byteplus']);
  expect((await store.open('sandbox-vidu', change)).state).toBe('open');
  expect(await open()).toEqual(['ark', 'byteplus', 'vidu']);
});
