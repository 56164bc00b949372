import { keysPath } from './bootstrap.ts';
import { CliError, EXIT } from './cli/cli-error.ts';
import type { Settings } from './cli/settings.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { findRecordedServer } from './server-record.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What the commands need to know of the environment. `entry` is the program that serves. Throws CliError. */
export async function cliSettings(
  env: Env,
  { folder, entry }: { readonly folder: string; readonly entry: string },
): Promise<Settings> {
  const config = await usableConfig(env, folder);
  const { dataFolder, host, port } = config;
  return {
    dataFolder,
    keysPath: keysPath(config),
    keys: config.keys,
    serverUrl: serverUrl(env['ONEREEL_URL']?.trim()),
    listen: { host, port, isSet: Boolean(env['HOST']?.trim() || env['PORT']?.trim()) },
    findRecorded: () => findRecordedServer(dataFolder),
    serveCommand: [process.execPath, entry, 'serve'],
    folder: callersFolder(env) ?? folder,
  };
}

async function usableConfig(env: Env, folder: string): Promise<Config> {
  try {
    return await readConfig(env, folder);
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(EXIT.refused, error.message, { code: 'settings' });
    throw error;
  }
}

function serverUrl(word: string | undefined): string | undefined {
  if (word === undefined || word === '') return undefined;
  if (URL.canParse(word) && ['http:', 'https:'].includes(new URL(word).protocol)) return word.replace(/\/+$/, '');
  throw new CliError(EXIT.refused, `ONEREEL_URL is ${JSON.stringify(word)}; it must be an http or https URL.`, {
    code: 'settings',
  });
}

/** `npm run` goes to the project's folder first; file names are meant from where it was typed. */
const callersFolder = (env: Env): string | undefined =>
  env['npm_lifecycle_event'] === 'generate' ? env['INIT_CWD'] : undefined;
