import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { z } from 'zod';
import { dollars } from '../../domain/money.ts';
import { EXIT, type ExitCode, usageError } from '../cli-error.ts';
import { table } from '../figures.ts';
import { adminCommand, adminGroup } from './command.ts';
import { allOf, minute, shownAs } from './lists.ts';
import { type Act, type AdminOptions, type AdminSession, inPath } from './session.ts';
import { microsOf } from './values.ts';

interface GrantOptions extends AdminOptions {
  readonly project: string;
  readonly amount: string;
  readonly cause: string;
  readonly live?: boolean;
  readonly once?: string;
}

const grant = z.looseObject({
  id: z.string(),
  livemode: z.boolean(),
  amount_micros: z.number(),
  cause: z.string(),
  created_at: z.number(),
  available_micros: z.number().optional(),
});

export function addGrants(program: Command, act: Act): void {
  const grants = adminGroup(program, 'grants', 'Money that projects are given, and that is taken back.');
  adminCommand(grants, 'list', 'List the grants of a project, newest first.')
    .requiredOption('--project <project>', 'name or id')
    .action((options: GrantOptions) => act(options, (session) => listGrants(session, options.project)));
  const add = (name: string, description: string, sign: 1 | -1): void => {
    adminCommand(grants, name, description)
      .requiredOption('--project <project>', 'name or id')
      .requiredOption('--amount <dollars>', 'such as 50 or 0.25')
      .option(
        '--cause <text>',
        'what the ledger says it was for, such as "invoice 17"',
        sign === 1 ? 'granted' : 'taken back',
      )
      .option('--live', 'real money; without it play money')
      .option('--once <word>', 'with one word, such as invoice-17, a grant is booked once however often it is sent')
      .action((options: GrantOptions) => act(options, (session) => book(session, options, sign)));
  };
  add('add', 'Grant money to a project.', 1);
  add('take', 'Take money back, at most down to the floor of the project.', -1);
}

async function book(session: AdminSession, options: GrantOptions, sign: 1 | -1): Promise<ExitCode> {
  const { project, amount, cause, live = false, once = randomUUID() } = options;
  const micros = microsOf('--amount', amount);
  if (micros <= 0) throw usageError(`--amount is ${amount}; it must be above 0. \`grants take\` takes money back.`);
  const body = { livemode: live, amount_micros: sign * micros, cause };
  const answer = await session.post(`/projects/${inPath(project)}/grants`, body, { 'idempotency-key': once });
  const shown = shownAs(grant, answer);
  const kind = shown.livemode ? 'money' : 'play money (--live for real money)';
  session.output.say(`Grant     ${shown.id}: ${dollars(shown.amount_micros)} of ${kind}, ${shown.cause}`);
  session.output.say(
    shown.available_micros === undefined
      ? 'It was booked before; nothing changed.'
      : `Money     ${dollars(shown.available_micros)} available`,
  );
  session.output.result(answer);
  return EXIT.done;
}

async function listGrants(session: AdminSession, project: string): Promise<ExitCode> {
  const found = await allOf(session, `/projects/${inPath(project)}/grants`);
  const rows = found.map((one) => {
    const { created_at: created, amount_micros: micros, livemode, cause } = shownAs(grant, one);
    return [minute(created), livemode ? 'live' : 'test', dollars(micros), cause];
  });
  for (const line of table([['AT', 'MONEY', 'AMOUNT', 'CAUSE'], ...rows])) session.output.say(line);
  session.output.result({ object: 'list', data: found });
  return EXIT.done;
}
