import { expect, test } from 'vitest';
import type { ChannelAccess } from '../application/ports.ts';
import { AccessTokens } from './access-tokens.ts';

const channelOf = (credentialVersion: bigint): ChannelAccess => ({
  id: 1n,
  name: 'vertex',
  provider: 'vertex',
  livemode: true,
  origins: {},
  settings: {},
  credentialVersion,
  credentials: {},
});
const channel = channelOf(1n);

/** Gives out t1, t2, … for an hour each, after a turn of the event loop. */
function issuer(expiresInSeconds = 3600) {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    const token = `t${asked}`;
    await new Promise((resolve) => setImmediate(resolve));
    return { answered: true, result: { token, expiresInSeconds } } as const;
  };
  return { ask, count: () => asked };
}

test('many who want a token at once ask for one', async () => {
  const { ask, count } = issuer();
  const tokens = new AccessTokens(() => 0);
  const got = await Promise.all(Array.from({ length: 20 }, () => tokens.get(channel, ask)));
  expect(new Set(got.map((each) => 'token' in each && each.token))).toEqual(new Set(['t1']));
  expect(count()).toBe(1);
});

test('a token is used until two minutes before its end', async () => {
  let now = 0;
  const { ask } = issuer();
  const tokens = new AccessTokens(() => now);
  await tokens.get(channel, ask);
  now = (3600 - 121) * 1000;
  expect(await tokens.get(channel, ask)).toEqual({ token: 't1' });
  now = (3600 - 120) * 1000;
  expect(await tokens.get(channel, ask)).toEqual({ token: 't2' });
});

test('a token of a few seconds is used once', async () => {
  const { ask } = issuer(30);
  const tokens = new AccessTokens(() => 0);
  expect(await tokens.get(channel, ask)).toEqual({ token: 't1' });
  expect(await tokens.get(channel, ask)).toEqual({ token: 't2' });
});

test('a token that the vendor refused is not used again', async () => {
  const { ask } = issuer();
  const tokens = new AccessTokens(() => 0);
  await tokens.get(channel, ask);
  tokens.forget(channel);
  expect(await tokens.get(channel, ask)).toEqual({ token: 't2' });
});

test('credentials have tokens of their own', async () => {
  const { ask } = issuer();
  const tokens = new AccessTokens(() => 0);
  expect(await tokens.get(channelOf(1n), ask)).toEqual({ token: 't1' });
  expect(await tokens.get(channelOf(2n), ask)).toEqual({ token: 't2' });
});

test('a refusal is told to all who wait, and is not remembered', async () => {
  const tokens = new AccessTokens(() => 0);
  const refuse = async () => ({ answered: false, sent: false, reason: 'ECONNREFUSED' }) as const;
  const got = await Promise.all([tokens.get(channel, refuse), tokens.get(channel, refuse)]);
  expect(got).toEqual(Array(2).fill({ reason: 'no access token: ECONNREFUSED' }));
  expect(await tokens.get(channel, issuer().ask)).toEqual({ token: 't1' });
});

test('an answer without a token says why there is none', async () => {
  const tokens = new AccessTokens(() => 0);
  const result = { state: 'unanswered', started: 'no', reason: 'HTTP 503: not JSON' } as const;
  const outcome = await tokens.get(channel, async () => ({ answered: true, result }));
  expect(outcome).toEqual({ reason: 'no access token: HTTP 503: not JSON' });
});

test('a refused key is told with the vendor’s words', async () => {
  const tokens = new AccessTokens(() => 0);
  const vendor = { status: 400, code: 'invalid_grant', message: 'Invalid JWT' };
  const result = { state: 'refused', reason: 'HTTP 400: invalid_grant', vendor } as const;
  const outcome = await tokens.get(channel, async () => ({ answered: true, result }));
  expect(outcome).toEqual({ reason: 'no access token: HTTP 400: invalid_grant', keyRefused: vendor });
});
