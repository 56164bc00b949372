import type { Command } from 'commander';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { EXIT, type ExitCode, usageError } from '../cli-error.ts';
import { table } from '../figures.ts';
import { adminCommand, adminGroup } from './command.ts';
import { allOf, day, minute, shownAs } from './lists.ts';
import { type Act, type AdminOptions, type AdminSession, inPath } from './session.ts';
import { jsonValue, momentOf } from './values.ts';

interface OverrideOptions extends AdminOptions {
  readonly value?: string;
  readonly asShipped?: boolean;
  readonly from?: string;
  readonly date?: string;
  readonly history?: boolean;
}

const override = z.looseObject({
  id: z.string(),
  object: z.string(),
  name: z.string(),
  value: z.unknown(),
  effective_at: z.number(),
  status: z.string(),
});

const FROM = 'when it comes into force, such as 12h or 2027-01-01; now without it';
const SHIPPED = 'take back what was set: as the file or this version has it';

/** `prices`, `rates`, `catalogue`: what operators set in place of what is shipped. */
export function addOverrides(program: Command, act: Act): void {
  const prices = addGroup(program, act, {
    word: 'prices',
    path: '/prices',
    description: 'What vendors bill this operator, where it is not the list’s price (docs/money.md).',
  });
  addSet(prices, act, {
    path: '/prices',
    description: 'Set the price of a vendor’s model.',
    name: 'such as vidu/viduq3-turbo',
  });
  const rates = addGroup(program, act, {
    word: 'rates',
    path: '/rates',
    description: 'What currencies of vendors are worth in dollars.',
  });
  adminCommand(rates, 'set', 'Set what one unit of a currency is worth.')
    .argument('<currency>', 'such as CNY')
    .argument('[dollars]', 'such as 0.14')
    .option('--date <day>', 'the day of the rate; today without it')
    .option('--as-shipped', SHIPPED)
    .option('--from <time>', FROM)
    .action((name: string, usd: string | undefined, options: OverrideOptions) =>
      act(options, (session) => set(session, '/rates', { name, value: rateOf(usd, options), ...fromOf(options) })),
    );
  const catalogue = addGroup(program, act, {
    word: 'catalogue',
    path: '/models',
    description: 'Public models as the operator wants them: others, or fewer (docs/money.md).',
  });
  addSet(catalogue, act, { path: '/models', description: 'Add or replace a public model.', name: 'its public name' });
  adminCommand(catalogue, 'withdraw', 'Offer a public model no more.')
    .argument('<model>', 'its public name')
    .option('--from <time>', FROM)
    .action((name: string, options: OverrideOptions) =>
      act(options, (session) => set(session, '/models', { name, value: { withdrawn: true }, ...fromOf(options) })),
    );
}

function addGroup(
  program: Command,
  act: Act,
  { word, path, description }: { readonly word: string; readonly path: string; readonly description: string },
): Command {
  const group = adminGroup(program, word, description);
  adminCommand(group, 'list', 'List what was set: in force and scheduled.')
    .option('--history', 'what was replaced, too')
    .action((options: OverrideOptions) => act(options, (session) => listOverrides(session, path, options)));
  adminCommand(group, 'cancel', 'Cancel what has not come into force yet.')
    .argument('<id>', 'such as ovr_123')
    .action((id: string, options: AdminOptions) =>
      act(options, async (session) => say(session, await session.remove(`${path}/${inPath(id)}`), 'Cancelled')),
    );
  return group;
}

function addSet(
  group: Command,
  act: Act,
  { path, description, name }: { readonly path: string; readonly description: string; readonly name: string },
): void {
  adminCommand(group, 'set', description)
    .argument('<name>', name)
    .option('--value <json>', 'as docs/money.md has it, in single quotes')
    .option('--as-shipped', SHIPPED)
    .option('--from <time>', FROM)
    .action((word: string, options: OverrideOptions) =>
      act(options, (session) => set(session, path, { name: word, value: givenValue(options), ...fromOf(options) })),
    );
}

function givenValue({ value, asShipped = false }: OverrideOptions): unknown {
  if ((value === undefined) !== asShipped) throw usageError('Say --value <json>, or --as-shipped.');
  return value === undefined ? null : jsonValue('--value', value);
}

function rateOf(
  usd: string | undefined,
  { date = day(Date.now() / 1000), asShipped = false }: OverrideOptions,
): unknown {
  if ((usd === undefined) !== asShipped) throw usageError('Say what it is worth in dollars, or --as-shipped.');
  if (usd === undefined) return null;
  if (!/^\d+(?:\.\d+)?$/.test(usd)) throw usageError(`${usd} is no rate; it must be dollars such as 0.14.`);
  return { usd: Number(usd), date };
}

const fromOf = ({ from }: OverrideOptions) =>
  from === undefined ? {} : { effective_at: momentOf('--from', from, Date.now() / 1000) };

async function set(session: AdminSession, path: string, body: Readonly<Record<string, unknown>>): Promise<ExitCode> {
  return say(session, await session.post(path, body), 'Set');
}

function say({ output }: AdminSession, answer: Json, what: string): ExitCode {
  const { id, object, name, value, effective_at: from } = shownAs(override, answer);
  output.say(`${what.padEnd(9)} ${object} ${name}: ${shownValue(value)}, from ${minute(from)} (${id})`);
  output.result(answer);
  return EXIT.done;
}

const shownValue = (value: unknown): string => (value === null ? 'as shipped' : JSON.stringify(value));

async function listOverrides(
  session: AdminSession,
  path: string,
  { history = false }: OverrideOptions,
): Promise<ExitCode> {
  const found = await allOf(session, path, { history: history ? 'true' : undefined });
  const rows = found.map((one) => {
    const { id, name, value, effective_at: from, status } = shownAs(override, one);
    return [id, name, status.replace('_', ' '), minute(from), shownValue(value)];
  });
  for (const line of table([['ID', 'NAME', 'STATE', 'FROM', 'VALUE'], ...rows])) session.output.say(line);
  session.output.result({ object: 'list', data: found });
  return EXIT.done;
}
