import type { ChannelAccess, ExchangeOutcome } from '../application/ports.ts';
import type { AccessToken, KeyRefused, Unanswered } from '../domain/provider.ts';

/** A token is renewed this long before it ends. */
const EARLY_MILLISECONDS = 120_000;

type Asked = ExchangeOutcome<AccessToken | KeyRefused | Unanswered>;
/** Why there is none; `keyRefused` when the vendor said that the key is at fault. */
export interface NoToken {
  readonly reason: string;
  readonly keyRefused?: KeyRefused['vendor'];
}
export type TokenOutcome = { readonly token: string } | NoToken;

/** Short-lived tokens of vendors that want one, by credential version; asked for once at a time. */
export class AccessTokens {
  readonly #kept = new Map<bigint, { readonly token: string; readonly until: number }>();
  readonly #asking = new Map<bigint, Promise<TokenOutcome>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async get({ credentialVersion }: ChannelAccess, ask: () => Promise<Asked>): Promise<TokenOutcome> {
    const kept = this.#kept.get(credentialVersion);
    if (kept && kept.until > this.#now()) return { token: kept.token };
    const asking = this.#asking.get(credentialVersion) ?? this.#ask(credentialVersion, ask);
    this.#asking.set(credentialVersion, asking);
    return asking.finally(() => this.#asking.delete(credentialVersion));
  }

  /** The vendor did not take it: the next call asks for a new one. */
  forget({ credentialVersion }: ChannelAccess): void {
    this.#kept.delete(credentialVersion);
  }

  async #ask(version: bigint, ask: () => Promise<Asked>): Promise<TokenOutcome> {
    const outcome = await ask();
    if (!outcome.answered) return { reason: `no access token: ${outcome.reason}` };
    const { result } = outcome;
    if ('state' in result) {
      const refused = result.state === 'refused' && { keyRefused: result.vendor };
      return { reason: `no access token: ${result.reason}`, ...refused };
    }
    const { token, expiresInSeconds } = result;
    this.#kept.set(version, { token, until: this.#now() + Math.max(0, expiresInSeconds * 1000 - EARLY_MILLISECONDS) });
    return { token };
  }
}
