import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import type { OverrideEntry } from './application/overrides-in-force.ts';
import { ConfigError } from './config-error.ts';
import type { Json } from './domain/json.ts';
import { parseAllowed } from './media/allowed-places.ts';

export { ConfigError };

export interface ChannelConfig {
  /** Where it is written: `VIDU_API_KEY`, or `/path/onereel.yaml: channels.0`. */
  readonly place: string;
  readonly name: string;
  readonly provider: string;
  readonly credentials: Json;
  readonly origins: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, Json>>;
  readonly concurrency: number | undefined;
}

export interface FileOverride extends OverrideEntry {
  /** Where it is written: `/path/onereel.yaml: rates.CNY`. */
  readonly place: string;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly storageFolder: string;
  readonly publicUrl: string | undefined;
  readonly secret: string | undefined;
  readonly keys: Readonly<Partial<Record<'admin' | 'live' | 'test', string>>>;
  readonly channels: readonly ChannelConfig[];
  /** Prices, rates and models of the file. */
  readonly overrides: readonly FileOverride[];
  readonly fetchAllow: readonly string[];
  readonly trustProxy: string | undefined;
  readonly sandboxSpeed: number;
  readonly freeBytesMark: number;
  /** Uploaded files of one project, live and test each. */
  readonly filesQuotaBytes: number;
}

type Env = Readonly<Record<string, string | undefined>>;

const LEAST_KEY_CHARS = 24;
/** Room for the videos that are on their way. */
const MEGABYTE = 1024 * 1024;
const FREE_BYTES_MARK = 512 * MEGABYTE;
const FILES_QUOTA_MEGABYTES = 2048;

/** Reads the environment and `onereel.yaml`. Empty variables count as absent. Throws ConfigError. */
export async function readConfig(env: Env, folder: string): Promise<Config> {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  refuseNotYet(text);
  const dataFolder = resolve(folder, text('ONEREEL_DATA') ?? '.onereel');
  const file = await readFile(folder, text);
  return {
    host: text('HOST') ?? '127.0.0.1',
    port: number(text('PORT'), { name: 'PORT', least: 0, most: 65_535, fallback: 8787, whole: true }),
    dataFolder,
    databaseUrl: url(text('DATABASE_URL'), 'DATABASE_URL', ['postgres:', 'postgresql:']),
    storageFolder: storageFolder(text('ONEREEL_STORAGE'), dataFolder),
    publicUrl: url(text('ONEREEL_PUBLIC_URL'), 'ONEREEL_PUBLIC_URL', ['http:', 'https:'])?.replace(/\/+$/, ''),
    secret: atLeast(text('ONEREEL_SECRET'), 'ONEREEL_SECRET'),
    keys: bootstrapKeys(text),
    channels: distinct([...environmentChannels(text), ...file.channels]),
    overrides: file.overrides,
    fetchAllow: fetchAllow(text('ONEREEL_FETCH_ALLOW')),
    trustProxy: trustProxy(text('ONEREEL_TRUST_PROXY')),
    sandboxSpeed: number(text('ONEREEL_SANDBOX_SPEED'), {
      name: 'ONEREEL_SANDBOX_SPEED',
      least: 0.01,
      most: 1000,
      fallback: 1,
    }),
    freeBytesMark: FREE_BYTES_MARK,
    filesQuotaBytes:
      MEGABYTE *
      number(text('ONEREEL_FILES_QUOTA'), {
        name: 'ONEREEL_FILES_QUOTA',
        least: 0,
        most: 1_000_000_000,
        fallback: FILES_QUOTA_MEGABYTES,
        whole: true,
      }),
  };
}

/** A variable of the environment, trimmed; undefined where it is empty. */
export type Text = (name: string) => string | undefined;

/** What `onereel.yaml` adds to the environment. */
export type ConfigFile = Pick<Config, 'channels' | 'overrides'>;

async function readFile(folder: string, text: Text): Promise<ConfigFile> {
  const named = text('ONEREEL_CONFIG');
  const path = resolve(folder, named ?? 'onereel.yaml');
  if (existsSync(path)) {
    // Loaded when there is one: what reads it takes a tenth of a second that a start without a file does not need.
    const { readConfigFile } = await import('./config-file.ts');
    return readConfigFile(path, text);
  }
  if (named !== undefined) throw new ConfigError(`ONEREEL_CONFIG is ${JSON.stringify(path)}, which does not exist.`);
  return { channels: [], overrides: [] };
}

function refuseNotYet(text: Text): void {
  const role = text('ONEREEL_ROLE');
  if (role !== undefined && role !== 'all')
    throw new ConfigError(
      `ONEREEL_ROLE is ${JSON.stringify(role)}; this version runs everything in one process: leave it out, or set it to "all".`,
    );
}

function number(
  word: string | undefined,
  rule: { name: string; least: number; most: number; fallback: number; whole?: boolean },
): number {
  if (word === undefined) return rule.fallback;
  const value = Number(word);
  const isOne = rule.whole ? Number.isInteger(value) : Number.isFinite(value);
  if (isOne && value >= rule.least && value <= rule.most) return value;
  throw new ConfigError(
    `${rule.name} is ${JSON.stringify(word)}; it must be a ${rule.whole ? 'whole number' : 'number'} from ${rule.least} to ${rule.most}.`,
  );
}

function url(word: string | undefined, name: string, protocols: readonly string[]): string | undefined {
  if (word === undefined) return undefined;
  if (URL.canParse(word) && protocols.includes(new URL(word).protocol)) return word;
  throw new ConfigError(
    `${name} is not usable; it must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}.`,
  );
}

function atLeast(word: string | undefined, name: string): string | undefined {
  if (word === undefined || word.length >= LEAST_KEY_CHARS) return word;
  throw new ConfigError(`${name} has ${word.length} characters; it must have at least ${LEAST_KEY_CHARS}.`);
}

const listOf = (word: string | undefined): readonly string[] =>
  (word ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

function fetchAllow(word: string | undefined): readonly string[] {
  const entries = listOf(word);
  try {
    parseAllowed(entries);
    return entries;
  } catch (error) {
    throw new ConfigError(`ONEREEL_FETCH_ALLOW: ${reason(error)}.`);
  }
}

const PROXY_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

function trustProxy(word: string | undefined): string | undefined {
  const wrong = listOf(word).find((one) => !PROXY_NAMES.includes(one) && !isAddressRange(one));
  if (wrong === undefined) return word;
  throw new ConfigError(
    `ONEREEL_TRUST_PROXY has ${JSON.stringify(wrong)}; it must be a list of addresses such as 10.0.0.7 or 10.0.0.0/8, or ${PROXY_NAMES.join(', ')}.`,
  );
}

function isAddressRange(word: string): boolean {
  const [address = '', bits, ...more] = word.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

/** Of two with one name the second would silently replace the first. */
function distinct(channels: readonly ChannelConfig[]): readonly ChannelConfig[] {
  const twice = channels.find(({ name }, index) => channels.some((other, at) => at < index && other.name === name));
  if (twice === undefined) return channels;
  throw new ConfigError(
    `Channel ${twice.name} is configured twice (a vendor key of the environment makes a channel with the provider’s name). Give each its own name.`,
  );
}

function storageFolder(word: string | undefined, dataFolder: string): string {
  if (word === undefined || word === 'file:') return join(dataFolder, 'media');
  if (word.startsWith('file:')) return resolve(word.slice('file:'.length).replace(/^\/\/(?=\/)/, ''));
  throw new ConfigError(
    `ONEREEL_STORAGE is ${JSON.stringify(word.split('?')[0])}; this version stores on disk: leave it out, or set it to file:/absolute/folder. S3-compatible stores come later.`,
  );
}

const PREFIXES = { admin: '', live: 'sk-live-', test: 'sk-test-' } as const;

function bootstrapKeys(text: Text): Config['keys'] {
  const kinds = ['admin', 'live', 'test'] as const;
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const name = `ONEREEL_${kind.toUpperCase()}_KEY`;
      const key = atLeast(text(name), name);
      if (key === undefined) return [];
      if (!key.startsWith(PREFIXES[kind])) throw new ConfigError(`${name} must begin with ${PREFIXES[kind]}.`);
      if (kind === 'admin' && /^sk-(?:live|test)-/.test(key))
        throw new ConfigError(`${name} must not begin with sk-live- or sk-test-: it would look like another kind.`);
      if (/\s/.test(key)) throw new ConfigError(`${name} must not contain blanks.`);
      return [[kind, key]];
    }),
  );
}

/** Vendor keys of the environment make live channels. */
function environmentChannels(text: Text): readonly ChannelConfig[] {
  const plain = [
    ['VIDU_API_KEY', 'vidu'],
    ['VIDU_CN_API_KEY', 'vidu-cn'],
    ['ARK_API_KEY', 'ark'],
    ['BYTEPLUS_API_KEY', 'byteplus'],
  ] as const;
  const simple = plain.flatMap(([name, provider]) => {
    const apiKey = text(name);
    return apiKey === undefined ? [] : [channelOf(provider, { place: name, credentials: { apiKey } })];
  });
  const path = text('ONEREEL_VERTEX_CREDENTIALS');
  return path === undefined
    ? simple
    : [...simple, channelOf('vertex', { place: 'ONEREEL_VERTEX_CREDENTIALS', credentials: readServiceAccount(path) })];
}

const channelOf = (provider: string, known: Pick<ChannelConfig, 'place' | 'credentials'>): ChannelConfig => ({
  ...known,
  name: provider,
  provider,
  origins: {},
  settings: {},
  concurrency: undefined,
});

function readServiceAccount(path: string): Json {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(
      `ONEREEL_VERTEX_CREDENTIALS is ${JSON.stringify(path)}; it must be the path of a service account's JSON file (${reason(error)}).`,
    );
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
