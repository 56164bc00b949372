import type { ChannelAccess, ExchangeOutcome } from '../application/ports.ts';
import type { AccessToken, Unanswered } from '../domain/provider.ts';

/** A token is renewed this long before it ends. */
const EARLY_MILLISECONDS = 120_000;

type Asked = ExchangeOutcome<AccessToken | Unanswered>;
export type TokenOutcome = { readonly token: string } | { readonly reason: string };

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
    if ('state' in outcome.result) return { reason: `no access token: ${outcome.result.reason}` };
    const { token, expiresInSeconds } = outcome.result;
    this.#kept.set(version, { token, until: this.#now() + Math.max(0, expiresInSeconds * 1000 - EARLY_MILLISECONDS) });
    return { token };
  }
}
