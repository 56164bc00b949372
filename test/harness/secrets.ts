import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningGateway } from './gateway.ts';

/** What looks like a secret, whoever made it: API keys, and signatures of links that open a file. */
const SHAPES = [/sk-(?:live|test|admin)-[\w-]{12,}/g, /signature=[\w-]{16,}/g];
/** Printed to be found: the file that holds a key, never the key. */
const SECRET_NAME = /KEY|SECRET|TOKEN|PASSWORD|CREDENTIALS/;

/** Throws when something that a gateway printed or logged holds a key, a password, a secret or a signed link. */
export async function expectNoSecrets(
  gateway: Pick<RunningGateway, 'dataFolder' | 'output'>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const texts = { output: gateway.output(), ...(await logsOf(gateway.dataFolder)) };
  const known = await knownSecrets(gateway.dataFolder, env);
  for (const [name, text] of Object.entries(texts)) {
    const found = [
      ...SHAPES.flatMap((shape) => text.match(shape) ?? []),
      ...known.filter((secret) => text.includes(secret)),
    ];
    if (found.length > 0)
      throw new Error(`${name} of a gateway holds secrets: ${[...new Set(found)].slice(0, 3).join(', ')}`);
  }
}

async function logsOf(dataFolder: string): Promise<Record<string, string>> {
  const names = await readdir(dataFolder).catch(() => []);
  const logs = names.filter((name) => name.includes('.log'));
  const texts = await Promise.all(logs.map((name) => readFile(join(dataFolder, name), 'utf8').catch(() => '')));
  return Object.fromEntries(logs.map((name, index) => [name, texts[index] ?? '']));
}

async function knownSecrets(dataFolder: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const read = (name: string): Promise<string> => readFile(join(dataFolder, name), 'utf8').catch(() => '');
  const [secret, password] = await Promise.all([read('secret'), read(join('postgres', 'onereel-password'))]);
  const given = Object.entries(env).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && !value.startsWith('/') ? [value] : [],
  );
  return [secret, password, ...given].map((text) => text.trim()).filter((text) => text.length >= 12);
}
