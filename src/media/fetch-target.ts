import { GuardedFetchError } from './guarded-fetch-error.ts';

/** One hop: where to connect, and what to write in the request line. */
export interface FetchTarget {
  /** Parsed by the rules of browsers, so that `0x7f.1`, `2130706433` and `127.0.0.1` are one host. */
  readonly url: URL;
  /** Path and query exactly as they were given. */
  readonly path: string;
  /** Host without brackets, lower case. */
  readonly host: string;
  readonly port: number;
  /** Origin and path, for messages: queries and user names are where secrets are. */
  readonly label: string;
}

const schemes = new Set(['http:', 'https:']);
/** Authority, then the rest up to the fragment. A backslash in either means that browsers read it differently. */
const verbatim = /^https?:\/\/([^/?#\\]+)([^#]*)/i;
const printable = /^[\x21-\x5b\x5d-\x7e]*$/;
const maxUrlLength = 8192;
const maxLabelLength = 200;

/**
 * Takes a URL apart without changing a byte of its path and query: signed URLs break when they are encoded again
 * (Vidu: CloudFront answered 403, Comfy-Org/ComfyUI#11532). Only what cannot stand in a request line (spaces,
 * non-ASCII, backslashes) is encoded, as browsers do.
 * Throws GuardedFetchError `invalid_url` or `scheme`.
 */
export function parseTarget(given: string): FetchTarget {
  const trimmed = given.trim();
  if (trimmed.length > maxUrlLength) {
    throw new GuardedFetchError('invalid_url', {
      message: `The URL has ${trimmed.length} characters; at most ${maxUrlLength} are allowed.`,
    });
  }
  const url = URL.parse(trimmed);
  if (url === null) {
    throw new GuardedFetchError('invalid_url', {
      message: 'This is not an absolute URL; give one that starts with https:// or http://.',
    });
  }
  const label = labelOf(url);
  if (!schemes.has(url.protocol)) {
    throw new GuardedFetchError('scheme', {
      message: `${label}: the scheme "${url.protocol}//" is not fetched; only http:// and https:// are.`,
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new GuardedFetchError('invalid_url', {
      message: `${label}: a URL with a user name or password is not fetched; remove what stands before the "@".`,
    });
  }
  return { url, path: pathOf(trimmed, url), host: hostOf(url), port: portOf(url), label };
}

/** The next hop of a redirect. `location` may be relative; an absolute one stays byte-exact. */
export function redirectTarget(location: string, from: FetchTarget): FetchTarget {
  if (/^https?:\/\//i.test(location)) return parseTarget(location);
  if (location.startsWith('//')) return parseTarget(`${from.url.protocol}${location}`);
  if (location.startsWith('/') && !location.startsWith('/\\')) return parseTarget(`${from.url.origin}${location}`);
  const joined = URL.parse(location, from.url.href);
  if (joined === null) {
    throw new GuardedFetchError('invalid_url', { message: `${from.label}: redirects to something that is not a URL.` });
  }
  return parseTarget(joined.href);
}

function pathOf(given: string, url: URL): string {
  const rest = verbatim.exec(given)?.[2];
  if (rest === undefined || !printable.test(rest)) return `${url.pathname}${url.search}`;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function labelOf(url: URL): string {
  if (!schemes.has(url.protocol)) return `"${url.protocol}" URL`;
  const label = `${url.origin}${url.pathname}`;
  return label.length > maxLabelLength ? `${label.slice(0, maxLabelLength)}…` : label;
}
