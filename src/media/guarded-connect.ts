import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { FetchTarget } from './fetch-target.ts';
import { GuardedFetchError } from './guarded-fetch-error.ts';
import { isPublicAddress } from './public-address.ts';

/** Addresses of a host name, as text. Rejects when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What to connect to: addresses that were checked, never a name that would be asked for again. */
interface Dialled {
  readonly addresses: readonly string[];
  readonly options: buildConnector.Options;
}

/** Opens the connection to one of `addresses`. */
export type Dial = (dialled: Dialled, callback: buildConnector.Callback) => void;

const connectTimeoutMilliseconds = 10_000;

/** The system's resolver, which also knows /etc/hosts. */
export const resolveWithSystem: Resolve = async (host) =>
  (await lookup(host, { all: true })).map((answer) => answer.address);

/**
 * Connects to the checked addresses and nothing else: the answer of the one look-up is handed to the socket, so a name
 * whose answers change in between (DNS rebinding) gains nothing.
 */
export const dialChecked: Dial = ({ addresses, options }, callback) => {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  const fixed: LookupFunction = (host, { all }, done) => {
    const first = answers[0];
    if (all === true) done(null, answers);
    else if (first !== undefined) done(null, first.address, first.family);
    else done(new Error(`${host} has no address`), '', 0);
  };
  const connect = buildConnector({
    lookup: fixed,
    autoSelectFamily: true,
    allowH2: false,
    timeout: connectTimeoutMilliseconds,
    maxCachedSessions: 0,
  });
  connect(options, callback);
};

/**
 * A connector for one target that looks its host up, refuses unless every address is public (or the target is allowed),
 * and dials what it checked. Errors are GuardedFetchError `private_address`, `unresolvable`, or the socket's own.
 */
export function guardedConnector(
  target: FetchTarget,
  guard: { readonly allowed: ReadonlySet<string>; readonly resolve: Resolve; readonly dial: Dial },
): buildConnector.connector {
  return (options, callback) => {
    checkedAddresses(target, guard).then(
      (addresses) =>
        guard.dial(
          { addresses, options: target.url.protocol === 'https:' ? withServerName(options, target) : options },
          callback,
        ),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

async function checkedAddresses(
  target: FetchTarget,
  { allowed, resolve }: { readonly allowed: ReadonlySet<string>; readonly resolve: Resolve },
): Promise<readonly string[]> {
  const addresses = isIP(target.host) === 0 ? await resolved(target, resolve) : [target.host];
  if (allowed.has(`${target.host}:${target.port}`)) return addresses;
  const refused = addresses.find((address) => !isPublicAddress(address));
  if (refused === undefined) return addresses;
  // The address itself stays out of the message: it would tell a stranger what our network's names mean.
  const where = refused === target.host ? 'its address is not' : `${target.host} leads to an address that is not`;
  throw new GuardedFetchError('private_address', {
    message:
      `${target.label}: ${where} a public one; only public internet addresses are fetched ` +
      '(whoever runs this server can add exceptions with ONEREEL_FETCH_ALLOW).',
  });
}

async function resolved(target: FetchTarget, resolve: Resolve): Promise<readonly string[]> {
  let addresses: readonly string[];
  try {
    addresses = await resolve(target.host);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    throw unresolvable(target, { cause, retryable: code === 'EAI_AGAIN' || code === 'ETIMEOUT' });
  }
  if (addresses.length === 0) throw unresolvable(target, { retryable: false });
  return addresses;
}

function unresolvable(target: FetchTarget, rest: { readonly cause?: unknown; readonly retryable: boolean }) {
  return new GuardedFetchError('unresolvable', {
    message: `${target.label}: the host name ${target.host} cannot be found; use a name that public DNS knows.`,
    ...rest,
  });
}

/** Certificates are checked against the name of the URL, although the socket was given an address. */
function withServerName(options: buildConnector.Options, target: FetchTarget): buildConnector.Options {
  return isIP(target.host) === 0 ? { ...options, servername: target.host } : options;
}
