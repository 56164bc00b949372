import { tmpdir } from 'node:os';
import { askVendor, sayVerdict, type VendorVerdict } from './application/admin/ask-vendor.ts';
import type { ChannelAccess } from './application/ports.ts';
import type { Finding } from './cli/findings.ts';
import { type ChannelConfig, type Config, ConfigError } from './config.ts';
import type { Provider } from './domain/provider.ts';
import { liveChannel } from './live-channel.ts';
import { PROVIDERS } from './providers/registry.ts';
import { openUpstream } from './upstream/upstream.ts';

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
    return { name, ...said(provider, await askVendor(upstream, { provider, channel: access, now: new Date() })) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { name, state: 'failed', message: error.message, fix: 'Correct it in the environment or in onereel.yaml.' };
  }
}

function said(provider: Provider, verdict: VendorVerdict): Pick<Finding, 'state' | 'message' | 'fix'> {
  const { ok, ...words } = sayVerdict(provider, verdict);
  return { state: ok ? 'ok' : 'failed', ...words };
}
