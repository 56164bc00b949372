import type { Command } from 'commander';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { dollars } from '../../domain/money.ts';
import { EXIT, type ExitCode, usageError } from '../cli-error.ts';
import { table } from '../figures.ts';
import { adminCommand, adminGroup, collect } from './command.ts';
import { allOf, day, shownAs } from './lists.ts';
import { type Act, type AdminOptions, type AdminSession, inPath } from './session.ts';
import { countOrNone, listOrNone, microsOrNone, momentOrNone } from './values.ts';

interface KeyOptions extends AdminOptions {
  readonly project?: string;
  readonly live?: boolean;
  readonly admin?: boolean;
  readonly name?: string;
  readonly models?: readonly string[];
  readonly expires?: string;
  readonly budget?: string;
  readonly dailyBudget?: string;
  readonly perMinute?: string;
  readonly inFlight?: string;
  readonly source?: readonly string[];
}

const key = z.looseObject({
  id: z.string(),
  kind: z.string(),
  project_name: z.string().nullable(),
  name: z.string(),
  hint: z.string(),
  models: z.array(z.string()).nullable(),
  expires_at: z.number().nullable(),
  revoked_at: z.number().nullable(),
  budget_micros: z.number().nullable(),
  daily_budget_micros: z.number().nullable(),
  per_minute: z.number().nullable(),
  in_flight: z.number().nullable(),
  sources: z.array(z.string()).nullable(),
  use: z.looseObject({ committed_micros: z.number(), today_micros: z.number(), in_flight: z.number() }),
  warnings: z.array(z.looseObject({ message: z.string() })).default([]),
  key: z.string().optional(),
});
type Key = z.infer<typeof key>;

const addLimits = (command: Command): Command =>
  command
    .option('--name <name>', 'for people')
    .option('--models <patterns>', 'only these models; * stands for any characters, several with commas', collect)
    .option('--budget <dollars>', 'all that it may ever spend')
    .option('--daily-budget <dollars>', 'what it may spend in a day (UTC)')
    .option('--per-minute <count>', 'generations that it may start in a minute')
    .option('--in-flight <count>', 'generations that it may have running at once')
    .option('--expires <time>', 'such as 30d, 12h or 2027-01-31')
    .option('--source <network>', 'only from this address or network, such as 10.0.0.0/8; may be repeated', collect);

export function addKeys(program: Command, act: Act): void {
  const keys = adminGroup(program, 'keys', 'Keys: who may make what, and for how much.');
  adminCommand(keys, 'list', 'List the keys and what counts against their limits.')
    .option('--project <project>', 'only those of a project')
    .action((options: KeyOptions) => act(options, (session) => listKeys(session, options)));
  addLimits(adminCommand(keys, 'create', 'Make a key. It is printed this once.'))
    .option('--project <project>', 'name or id of the project that pays')
    .option('--live', 'for real models and real money; without it a test key: play money')
    .option('--admin', 'a key for these very commands')
    .action((options: KeyOptions) => act(options, (session) => create(session, options)));
  adminCommand(keys, 'show', 'Show a key, without its secret.')
    .argument('<key>', 'its id, such as key_123')
    .action((id: string, options: AdminOptions) =>
      act(options, async (session) => say(session, await session.get(`/keys/${inPath(id)}`))),
    );
  addLimits(adminCommand(keys, 'update', 'Change the limits of a key; none takes one away.'))
    .argument('<key>', 'its id, such as key_123')
    .action((id: string, options: KeyOptions) =>
      act(options, async (session) => say(session, await session.patch(`/keys/${inPath(id)}`, limitsOf(options)))),
    );
  adminCommand(keys, 'revoke', 'Revoke a key for good: from now on nothing new is made with it.')
    .argument('<key>', 'its id, such as key_123')
    .action((id: string, options: AdminOptions) =>
      act(options, async (session) => say(session, await session.post(`/keys/${inPath(id)}/revoke`))),
    );
}

async function create(session: AdminSession, options: KeyOptions): Promise<ExitCode> {
  const { project, live = false, admin = false } = options;
  if (live && admin) throw usageError('--live and --admin are two kinds of keys; say one of them.');
  if (!admin && project === undefined) throw usageError('Say whose key it is: --project shop.');
  const kind = admin ? 'admin' : live ? 'live' : 'test';
  const answer = await session.post('/keys', { ...limitsOf(options), kind, project });
  say(session, answer);
  session.output.say(`Key       ${shownAs(key, answer).key ?? ''}`);
  session.output.say('It is shown this once; only its hash is kept.');
  return EXIT.done;
}

function limitsOf(options: KeyOptions): Readonly<Record<string, unknown>> {
  const { name, models, budget, dailyBudget, perMinute, inFlight, expires, source } = options;
  return {
    name,
    models: models && listOrNone(models),
    budget_micros: budget === undefined ? undefined : microsOrNone('--budget', budget),
    daily_budget_micros: dailyBudget === undefined ? undefined : microsOrNone('--daily-budget', dailyBudget),
    per_minute: perMinute === undefined ? undefined : countOrNone('--per-minute', perMinute),
    in_flight: inFlight === undefined ? undefined : countOrNone('--in-flight', inFlight),
    expires_at: expires === undefined ? undefined : momentOrNone('--expires', expires, Date.now() / 1000),
    sources: source && listOrNone(source),
  };
}

async function listKeys(session: AdminSession, { project }: KeyOptions): Promise<ExitCode> {
  const found = await allOf(session, '/keys', { project });
  const rows = found.map((one) => {
    const shown = shownAs(key, one);
    return [
      shown.id,
      shown.kind,
      shown.project_name ?? '',
      shown.name,
      `…${shown.hint}`,
      spentOf(shown),
      stateOf(shown),
    ];
  });
  for (const line of table([['ID', 'KIND', 'PROJECT', 'NAME', 'KEY', 'SPENT', 'STATE'], ...rows]))
    session.output.say(line);
  session.output.result({ object: 'list', data: found });
  return EXIT.done;
}

const spentOf = ({ use, budget_micros: budget }: Key): string =>
  `${dollars(use.committed_micros)}${budget === null ? '' : ` of ${dollars(budget)}`}`;

function stateOf({ revoked_at: revoked, expires_at: expires }: Key): string {
  if (revoked !== null) return `revoked ${day(revoked)}`;
  return expires === null ? 'open' : `until ${day(expires)}`;
}

function say({ output }: AdminSession, answer: Json): ExitCode {
  const shown = shownAs(key, answer);
  const owner = shown.project_name === null ? '' : ` of ${shown.project_name}`;
  output.say(`Key       ${shown.id}: ${shown.kind} key${owner}, ${shown.name}, …${shown.hint}, ${stateOf(shown)}`);
  output.say(`Spent     ${spentOf(shown)}, ${dollars(shown.use.today_micros)} today, ${shown.use.in_flight} in flight`);
  for (const limit of limitLines(shown)) output.say(`Limit     ${limit}`);
  for (const { message } of shown.warnings) output.complain(`Warning   ${message}`);
  output.result(answer);
  return EXIT.done;
}

const limitLines = (shown: Key): readonly string[] => [
  ...(shown.models === null ? [] : [`models ${shown.models.join(', ')}`]),
  ...(shown.daily_budget_micros === null ? [] : [`${dollars(shown.daily_budget_micros)} a day (UTC)`]),
  ...(shown.per_minute === null ? [] : [`${shown.per_minute} a minute`]),
  ...(shown.in_flight === null ? [] : [`${shown.in_flight} in flight`]),
  ...(shown.sources === null ? [] : [`from ${shown.sources.join(', ')}`]),
];
