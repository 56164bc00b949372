import { afterAll, beforeAll, describe } from 'vitest';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, startMediaServer } from '../../harness/media-server.ts';
import { type CallbackReceiver, startCallbackReceiver } from './client-callbacks.ts';
import { viduScenario } from './scenario.ts';

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

describe.each([
  ['/ent/v2', 'Token'],
  ['/v1/vidu', 'Bearer'],
] as const)('at %s with %s', (prefix, word) => {
  viduScenario(() => ({
    account: { base: `${gateway.url}${prefix}`, key: gateway.keys.test, word },
    media,
    receiver,
  }));
});
