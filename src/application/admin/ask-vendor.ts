import type { Provider } from '../../domain/provider.ts';
import type { ChannelAccess, ExchangeOutcome, Upstream } from '../ports.ts';

const DEADLINE_SECONDS = 10;

/** What became of a free question to a vendor. `unasked`: it has none. */
export type VendorVerdict =
  | { readonly is: 'ok' | 'refused' | 'unasked' }
  | { readonly is: 'unanswered'; readonly reason: string };

interface Asked {
  readonly provider: Provider;
  readonly channel: ChannelAccess;
  readonly now: Date;
}

/** The vendor's own free question; for one without, whether its token service takes the credentials. Spends nothing. */
export async function askVendor(upstream: Upstream, { provider, channel, now }: Asked): Promise<VendorVerdict> {
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
    now,
  });
  if (!outcome.answered) return unanswered(outcome);
  if (!('state' in outcome.result)) return { is: 'ok' };
  const { state, reason } = outcome.result;
  return state === 'refused' ? { is: 'refused' } : { is: 'unanswered', reason };
}

const unanswered = ({ reason }: Extract<ExchangeOutcome<unknown>, { answered: false }>): VendorVerdict => ({
  is: 'unanswered',
  reason,
});

/** What it says to people, and what they can do. */
export function sayVerdict(
  provider: Pick<Provider, 'name'>,
  verdict: VendorVerdict,
): { readonly ok: boolean; readonly message: string; readonly fix?: string } {
  switch (verdict.is) {
    case 'ok':
      return { ok: true, message: `${provider.name} takes the credentials` };
    case 'unasked':
      return { ok: true, message: `${provider.name} has no free question to ask; the credentials have the right form` };
    case 'refused':
      return {
        ok: false,
        message: `${provider.name} refuses the credentials`,
        fix: 'Check that the key is whole, not revoked, and of this very site (.com and .cn have different ones).',
      };
    case 'unanswered':
      return {
        ok: false,
        message: `${provider.name} does not answer: ${verdict.reason}`,
        fix: 'Check the network of this machine (DNS, firewall, proxy), and the origin of the channel if one is set.',
      };
    default:
      return verdict satisfies never;
  }
}
