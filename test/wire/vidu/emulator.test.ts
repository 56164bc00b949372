import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmulatedVendors, startEmulatedVendors } from '../../harness/emulated-vendors.ts';
import { type MediaServer, startMediaServer } from '../../harness/media-server.ts';
import { openViduClient, type ViduAccount } from './client.ts';
import { type CallbackReceiver, startCallbackReceiver } from './client-callbacks.ts';
import { viduScenario } from './scenario.ts';
import { cancelledTask } from './scenario-target.ts';

let vendors: EmulatedVendors;
let media: MediaServer;
let receiver: CallbackReceiver;

beforeAll(async () => {
  [media, receiver] = await Promise.all([startMediaServer(), startCallbackReceiver()]);
  vendors = await startEmulatedVendors({ env: { ONEREEL_FETCH_ALLOW: `${media.hostPort},${receiver.hostPort}` } });
});

afterAll(async () => {
  await vendors.stop();
  await Promise.all([media.close(), receiver.close()]);
});

const account = (): ViduAccount => ({ base: `${vendors.origin}/vidu/ent/v2`, key: 'vda_wire', word: 'Token' });

viduScenario(() => ({ account: account(), media, receiver, endCalls: 4 }));

test('Vidu’s own service does not take the word Bearer', async () => {
  const credits = openViduClient({ ...account(), word: 'Bearer' }).credits();
  await expect(credits).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' });
});

test('the control API tells the truth of what a client did', async () => {
  const client = openViduClient(account());
  const id = await cancelledTask(client);
  const task = (await vendors.truth()).find((each) => each.id === id);
  expect(task).toMatchObject({ prompt: 'not so urgent', state: 'failed UserCancelled' });
});
