import { tmpdir } from 'node:os';
import type { ChannelAccess, ExchangeOutcome } from './application/ports.ts';
import type { Finding } from './cli/findings.ts';
import { type ChannelConfig, type Config, ConfigError } from './config.ts';
import type { Provider } from './domain/provider.ts';
import { liveChannel } from './live-channel.ts';
import { PROVIDERS } from './providers/registry.ts';
import { openUpstream } from './upstream/upstream.ts';

const DEADLINE_SECONDS = 10;

type Upstream = ReturnType<typeof openUpstream>;

/** Asks every configured vendor a free question with its credentials. */
export async function vendorFindings({ channels }: Config): Promise<readonly Finding[]> {
  if (channels.length === 0)
    return [
      {
        name: 'vendors',
        state: 'ok',
        message:
          'none: live keys are answered 503 no_channel, test keys work (set VIDU_API_KEY or another to change that)',
      },
    ];
  const upstream = openUpstream({
    spoolFolder: tmpdir(),
    fetchGuarded: () => Promise.reject(new Error('nothing is fetched here')),
    readAhead: (body) => body,
    sandbox: () => undefined,
    now: () => new Date(),
  });
  try {
    return await Promise.all(channels.map((channel, index) => vendorFinding(upstream, channel, BigInt(index))));
  } finally {
    await upstream.close();
  }
}

async function vendorFinding(upstream: Upstream, channel: ChannelConfig, id: bigint): Promise<Finding> {
  const name = `vendor ${channel.name}`;
  try {
    const { credentials } = liveChannel(channel);
    const provider = PROVIDERS.find((one) => one.id === channel.provider);
    if (!provider) throw new Error('liveChannel has found it');
    const access: ChannelAccess = {
      id,
      name: channel.name,
      provider: provider.id,
      livemode: true,
      origins: channel.origins,
      settings: channel.settings,
      credentialVersion: id,
      credentials,
    };
    return { name, ...said(provider, await question(upstream, provider, access)) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { name, state: 'failed', message: error.message, fix: 'Correct it in the environment or in onereel.yaml.' };
  }
}

type Verdict = { readonly is: 'ok' | 'refused' | 'unasked' } | { readonly is: 'unanswered'; readonly reason: string };

/** The vendor's own free question; for one without, whether its token service takes the credentials. */
async function question(upstream: Upstream, provider: Provider, channel: ChannelAccess): Promise<Verdict> {
  const call = { provider, channel, deadlineSeconds: DEADLINE_SECONDS };
  if (provider.ping) {
    const outcome = await upstream.exchange(call, provider.ping, null);
    if (!outcome.answered) return unanswered(outcome);
    return outcome.result === 'unanswered'
      ? { is: 'unanswered', reason: 'its answer makes no sense; is something between?' }
      : { is: outcome.result };
  }
  if (!provider.authorize) return { is: 'unasked' };
  const { authorize, ...bare } = provider;
  const outcome = await upstream.exchange({ ...call, provider: { ...bare, sign: (request) => request } }, authorize, {
    credentials: channel.credentials,
    now: new Date(),
  });
  if (!outcome.answered) return unanswered(outcome);
  if (!('state' in outcome.result)) return { is: 'ok' };
  const { state, reason } = outcome.result;
  return state === 'refused' ? { is: 'refused' } : { is: 'unanswered', reason };
}

const unanswered = ({ reason }: Extract<ExchangeOutcome<unknown>, { answered: false }>): Verdict => ({
  is: 'unanswered',
  reason,
});

function said(provider: Provider, verdict: Verdict): Pick<Finding, 'state' | 'message' | 'fix'> {
  switch (verdict.is) {
    case 'ok':
      return { state: 'ok', message: `${provider.name} takes the credentials` };
    case 'unasked':
      return {
        state: 'ok',
        message: `${provider.name} has no free question to ask; the credentials have the right form`,
      };
    case 'refused':
      return {
        state: 'failed',
        message: `${provider.name} refuses the credentials`,
        fix: 'Check that the key is whole, not revoked, and of this very site (.com and .cn have different ones).',
      };
    case 'unanswered':
      return {
        state: 'failed',
        message: `${provider.name} does not answer: ${verdict.reason}`,
        fix: 'Check the network of this machine (DNS, firewall, proxy), and the origin of the channel if one is set.',
      };
    default:
      return verdict satisfies never;
  }
}
