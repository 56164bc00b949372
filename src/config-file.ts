import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { ChannelConfig, ConfigFile, FileOverride, Text } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Json } from './domain/json.ts';

const channelFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
  provider: z.string(),
  credentials: z.union([z.string(), z.record(z.string(), z.json())]),
  origin: z.url().optional(),
  origins: z.record(z.string(), z.url()).optional(),
  settings: z.record(z.string(), z.json()).optional(),
  concurrency: z.int().positive().optional(),
});

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a day such as 2026-11-20, which begins at midnight UTC, or a moment such as 2026-11-20T08:00:00Z',
});

/** What is set in place of what is shipped, from a moment on; what else stands in it is checked against the catalogue. */
const entry = z.object({ from: moment.optional() }).catchall(z.json());
const entries = z.record(z.string(), z.union([entry, z.array(entry)])).optional();

const configFile = z.strictObject({
  channels: z.array(channelFile).optional(),
  rates: entries,
  prices: entries,
  models: entries,
});

/** Reads an `onereel.yaml` that exists; `text` answers variables of the environment. Throws ConfigError. */
export function readConfigFile(path: string, text: Text): ConfigFile {
  const file = parsed(path);
  return {
    channels: (file.channels ?? []).map((channel, index) =>
      fileChannel(channel, { place: `${path}: channels.${index}`, text }),
    ),
    overrides: [
      ...fileOverrides(file.rates, { kind: 'rate', place: `${path}: rates` }),
      ...fileOverrides(file.prices, { kind: 'price', place: `${path}: prices` }),
      ...fileOverrides(file.models, { kind: 'model', place: `${path}: models` }),
    ],
  };
}

const fileOverrides = (
  named: z.infer<typeof entries>,
  { kind, place }: Pick<FileOverride, 'kind' | 'place'>,
): readonly FileOverride[] =>
  Object.entries(named ?? {}).flatMap(([name, set]) =>
    [set].flat().map(({ from, ...value }, index): FileOverride => {
      const at = Array.isArray(set) ? `[${index}]` : '';
      return {
        kind,
        name,
        value,
        place: `${place}.${name}${at}`,
        ...(from !== undefined && { from: Date.parse(from) / 1000 }),
      };
    }),
  );

function parsed(path: string): z.infer<typeof configFile> {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new ConfigError(`${path} is not valid YAML: ${yamlProblem(error)}.`);
  }
  const result = configFile.safeParse(content);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw new ConfigError(`${path}: ${first?.path.join('.') || 'the file'}: ${first?.message}`);
}

/** Where and what, never the line itself: it may hold a key. */
function yamlProblem(error: unknown): string {
  if (!(error instanceof YAMLParseError)) return error instanceof Error ? error.message : String(error);
  const [at] = error.linePos ?? [];
  return at ? `${error.code} at line ${at.line}, column ${at.col}` : error.code;
}

/** `$NAME` in a channel's credentials is read from the environment, so that the file can be shared. */
function fileChannel(
  channel: z.infer<typeof channelFile>,
  { place, text }: { readonly place: string; readonly text: Text },
): ChannelConfig {
  const fill = (value: Json): Json => {
    const name = typeof value === 'string' ? /^\$\{?([A-Z_][A-Z0-9_]*)\}?$/.exec(value)?.[1] : undefined;
    if (name === undefined) return value;
    const found = text(name);
    if (found === undefined)
      throw new ConfigError(
        `Channel ${channel.name} in onereel.yaml wants ${name} from the environment, which is not set.`,
      );
    return found;
  };
  const { credentials } = channel;
  return {
    place,
    name: channel.name,
    provider: channel.provider,
    credentials:
      typeof credentials === 'string'
        ? { apiKey: fill(credentials) }
        : Object.fromEntries(Object.entries(credentials).map(([key, value]) => [key, fill(value)])),
    // `origin` is for vendors with one host; a vendor with several names each.
    origins: { ...(channel.origin !== undefined && { '*': channel.origin }), ...channel.origins },
    settings: channel.settings ?? {},
    concurrency: channel.concurrency,
  };
}
