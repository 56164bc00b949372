import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readStream } from 'node:stream/consumers';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { EXIT, type ExitCode, usageError } from '../cli-error.ts';
import { table } from '../figures.ts';
import { adminCommand, adminGroup } from './command.ts';
import { itemsOf, shownAs } from './lists.ts';
import { type Act, type AdminOptions, type AdminSession, inPath } from './session.ts';
import { countOrNone, jsonValue } from './values.ts';

interface ChannelOptions extends AdminOptions {
  readonly provider?: string;
  readonly credentials?: string;
  readonly credentialsEnv?: string;
  readonly origin?: string;
  readonly settings?: string;
  readonly concurrency?: string;
}

const channel = z.looseObject({
  name: z.string(),
  provider: z.string(),
  livemode: z.boolean(),
  managed_by: z.string(),
  state: z.string(),
  drained_by_operator: z.boolean(),
  concurrency: z.number(),
  running: z.number(),
  version: z.string(),
});
const verdict = z.looseObject({ ok: z.boolean(), message: z.string(), fix: z.string().optional() });

const addChangeable = (command: Command): Command =>
  command
    .option('--origin <url>', 'another host than the vendor’s own')
    .option('--settings <json>', 'such as \'{"usual_seconds": 60}\'')
    .option('--concurrency <count>', 'work that runs at the vendor at once');

const addCredentials = (command: Command): Command =>
  command
    .option('--credentials <file>', 'file with the key or the vendor’s JSON; - reads standard input')
    .option('--credentials-env <name>', 'variable of the environment that holds it');

export function addChannels(program: Command, act: Act): void {
  const channels = adminGroup(program, 'channels', 'Ways to vendors, with their credentials.');
  const on = (name: string, description: string): Command =>
    adminCommand(channels, name, description).argument('<channel>', 'its name');
  adminCommand(channels, 'list', 'List the channels.').action((options: AdminOptions) => act(options, listChannels));
  addChangeable(
    addCredentials(on('create', 'Make a channel. It is used at once, and spends the money of its account.')),
  )
    .requiredOption('--provider <provider>', 'vidu, vidu-cn, byteplus, ark or vertex')
    .action((name: string, options: ChannelOptions) =>
      act(options, async (session) => {
        const credentials = await credentialsOf(session, options);
        const { provider } = options;
        return say(session, await session.post('/channels', { ...changesOf(options), name, provider, credentials }));
      }),
    );
  addChangeable(on('update', 'Change origin, settings or concurrency of a channel that was made here.')).action(
    (name: string, options: ChannelOptions) =>
      act(options, async (session) =>
        say(session, await session.patch(`/channels/${inPath(name)}`, changesOf(options))),
      ),
  );
  addCredentials(on('credentials', 'Replace the credentials. Work that runs keeps those it was made with.')).action(
    (name: string, options: ChannelOptions) =>
      act(options, async (session) => {
        const credentials = await credentialsOf(session, options);
        return say(session, await session.post(`/channels/${inPath(name)}/credentials`, { credentials }));
      }),
  );
  for (const [word, description] of [
    ['drain', 'Give a channel nothing new; what runs on it is finished.'],
    ['open', 'Use a drained channel again.'],
  ] as const)
    on(word, description).action((name: string, options: AdminOptions) =>
      act(options, async (session) => say(session, await session.post(`/channels/${inPath(name)}/${word}`))),
    );
  on('test', 'Ask the vendor whether it takes the credentials. Spends nothing; exits 1 when it does not.').action(
    (name: string, options: AdminOptions) => act(options, (session) => testChannel(session, name)),
  );
}

const changesOf = ({ origin, settings, concurrency }: ChannelOptions): Readonly<Record<string, unknown>> => ({
  origin,
  settings: settings === undefined ? undefined : jsonValue('--settings', settings),
  concurrency: concurrency === undefined ? undefined : (countOrNone('--concurrency', concurrency) ?? undefined),
});

/** Never an argument: other users of the machine could read it. */
async function credentialsOf(
  { folder }: AdminSession,
  { credentials: file, credentialsEnv: variable }: ChannelOptions,
): Promise<unknown> {
  if ((file === undefined) === (variable === undefined))
    throw usageError('Say where the credentials are: --credentials <file>, or --credentials-env <name>.');
  const held = variable === undefined ? await readCredentials(folder, file ?? '-') : process.env[variable]?.trim();
  if (held === undefined || held === '')
    throw usageError(`There are no credentials in ${variable === undefined ? file : `the variable ${variable}`}.`);
  try {
    return held.startsWith('{') ? JSON.parse(held) : held;
  } catch {
    throw usageError('The credentials begin as JSON and are none.');
  }
}

async function readCredentials(folder: string, file: string): Promise<string> {
  if (file === '-') return (await readStream(process.stdin)).trim();
  try {
    return (await readFile(resolve(folder, file), 'utf8')).trim();
  } catch {
    throw usageError(`--credentials: ${file} cannot be read.`);
  }
}

async function listChannels(session: AdminSession): Promise<ExitCode> {
  const answer = await session.get('/channels');
  const rows = itemsOf(answer).map((one) => {
    const shown = shownAs(channel, one);
    const running = `${shown.running} of ${shown.concurrency}`;
    return [shown.name, shown.provider, shown.livemode ? 'live' : 'test', shown.state, running, shown.managed_by];
  });
  for (const line of table([['NAME', 'PROVIDER', 'KEYS', 'STATE', 'RUNNING', 'OF'], ...rows])) session.output.say(line);
  session.output.result(answer);
  return EXIT.done;
}

function say({ output }: AdminSession, answer: Json): ExitCode {
  const shown = shownAs(channel, answer);
  const { name, provider, state, concurrency, running, version } = shown;
  output.say(`Channel   ${name} to ${provider}: ${state}, ${running} of ${concurrency} running, version ${version}`);
  output.result(answer);
  return EXIT.done;
}

async function testChannel(session: AdminSession, name: string): Promise<ExitCode> {
  const answer = await session.post(`/channels/${inPath(name)}/test`);
  const { ok, message, fix } = shownAs(verdict, answer);
  session.output.say(`${ok ? 'ok  ' : 'FAIL'}      ${message}`);
  if (fix !== undefined) session.output.say(`          ${fix}`);
  session.output.result(answer);
  return ok ? EXIT.done : EXIT.failed;
}
