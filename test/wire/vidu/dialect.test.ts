import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, startMediaServer } from '../../harness/media-server.ts';
import { openViduClient, type ViduAccount } from './client.ts';
import { type CallbackReceiver, startCallbackReceiver } from './client-callbacks.ts';
import { viduScenario } from './scenario.ts';

/** The client that was written from Vidu's pages alone, against the gateway at both prefixes with both words. */
let gateway: RunningGateway;
let media: MediaServer;
let receiver: CallbackReceiver;

beforeAll(async () => {
  [media, receiver] = await Promise.all([startMediaServer(), startCallbackReceiver()]);
  gateway = await startTestGateway({ env: { ONEREEL_FETCH_ALLOW: `${media.hostPort},${receiver.hostPort}` } });
});

afterAll(async () => {
  await discard(gateway);
  await Promise.all([media.close(), receiver.close()]);
});

const account = (): ViduAccount => ({ base: `${gateway.url}/ent/v2`, key: gateway.keys.test, word: 'Token' });

describe('a client of Vidu', () => viduScenario(() => ({ account: account(), media, receiver })));

test.each([
  ['/ent/v2', 'Token'],
  ['/ent/v2', 'Bearer'],
  ['/v1/vidu', 'Token'],
  ['/v1/vidu', 'Bearer'],
] as const)('%s takes the word %s', async (prefix, word) => {
  const client = openViduClient({ base: gateway.url + prefix, key: gateway.keys.test, word });
  expect((await client.credits()).remains[0]?.type).toBe('test');
});
