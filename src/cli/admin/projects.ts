import type { Command } from 'commander';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { dollars } from '../../domain/money.ts';
import { EXIT, type ExitCode, usageError } from '../cli-error.ts';
import { table } from '../figures.ts';
import { adminCommand, adminGroup } from './command.ts';
import { allOf, shownAs } from './lists.ts';
import { type Act, type AdminOptions, type AdminSession, inPath } from './session.ts';
import { microsOrNone } from './values.ts';

interface ProjectOptions extends AdminOptions {
  readonly markup?: string;
  readonly floor?: string;
  readonly testFloor?: string;
  readonly name?: string;
}

const books = z.looseObject({
  floor_micros: z.number().nullable(),
  available_micros: z.number(),
  held_micros: z.number(),
  spent_micros: z.number(),
});
const project = z.looseObject({
  id: z.string(),
  name: z.string(),
  markup: z.number(),
  closed_at: z.number().nullable(),
  live: books,
  test: books,
});

const FLOOR = 'what is available at least, in dollars: 0 is prepaid, -100 lends a hundred, none has no limit';

export function addProjects(program: Command, act: Act): void {
  const projects = adminGroup(program, 'projects', 'Projects: owners of keys, generations and money.');
  adminCommand(projects, 'list', 'List the projects and their money.').action((options: AdminOptions) =>
    act(options, listProjects),
  );
  adminCommand(projects, 'create', 'Make a project. Its real money is prepaid: grant it some.')
    .argument('<name>', 'lower-case letters, digits and dashes')
    .option('--markup <factor>', 'what is charged is the vendor’s cost times it', '1')
    .option('--floor <dollars>', `real money: ${FLOOR}`, '0')
    .option('--test-floor <dollars>', `play money: ${FLOOR}`, 'none')
    .action((name: string, options: ProjectOptions) =>
      act(options, async (session) => say(session, await session.post('/projects', { ...settingsOf(options), name }))),
    );
  adminCommand(projects, 'show', 'Show a project and its money.')
    .argument('<project>', 'its name or id')
    .action((name: string, options: AdminOptions) =>
      act(options, async (session) => say(session, await session.get(`/projects/${inPath(name)}`))),
    );
  adminCommand(projects, 'update', 'Change name, markup or floors. What was quoted stays as it was quoted.')
    .argument('<project>', 'its name or id')
    .option('--name <name>', 'its new name')
    .option('--markup <factor>', 'what is charged is the vendor’s cost times it')
    .option('--floor <dollars>', `real money: ${FLOOR}`)
    .option('--test-floor <dollars>', `play money: ${FLOOR}`)
    .action((name: string, options: ProjectOptions) =>
      act(options, async (session) =>
        say(session, await session.patch(`/projects/${inPath(name)}`, settingsOf(options))),
      ),
    );
  adminCommand(projects, 'close', 'Close a project for good: its keys are revoked, what runs is finished.')
    .argument('<project>', 'its name or id')
    .action((name: string, options: AdminOptions) =>
      act(options, async (session) => say(session, await session.post(`/projects/${inPath(name)}/close`))),
    );
}

function settingsOf({ name, markup, floor, testFloor }: ProjectOptions): Readonly<Record<string, unknown>> {
  if (markup !== undefined && !/^\d+(?:\.\d+)?$/.test(markup))
    throw usageError(`--markup is ${markup}; it must be a number such as 1.2.`);
  return {
    name,
    markup: markup === undefined ? undefined : Number(markup),
    live: floor === undefined ? undefined : { floor_micros: microsOrNone('--floor', floor) },
    test: testFloor === undefined ? undefined : { floor_micros: microsOrNone('--test-floor', testFloor) },
  };
}

async function listProjects(session: AdminSession): Promise<ExitCode> {
  const found = await allOf(session, '/projects');
  const rows = found.map((one) => {
    const { name, id, markup, live, test, closed_at: closed } = shownAs(project, one);
    return [name, id, String(markup), ...moneyOf(live), ...moneyOf(test), closed === null ? '' : 'closed'];
  });
  const names = ['NAME', 'ID', 'MARKUP', 'AVAILABLE', 'HELD', 'SPENT', 'TEST AVAILABLE', 'HELD', 'SPENT', ''];
  for (const line of table([names, ...rows])) session.output.say(line);
  session.output.result({ object: 'list', data: found });
  return EXIT.done;
}

const moneyOf = (money: z.infer<typeof books>): readonly string[] => [
  dollars(money.available_micros),
  dollars(money.held_micros),
  dollars(money.spent_micros),
];

function say({ output }: AdminSession, answer: Json): ExitCode {
  const { name, id, markup, live, test, closed_at: closed } = shownAs(project, answer);
  output.say(`Project   ${name} (${id}), markup ${markup}${closed === null ? '' : ', closed'}`);
  output.say(`Money     ${sentence(live)}`);
  output.say(`Test      ${sentence(test)}`);
  output.result(answer);
  return EXIT.done;
}

function sentence(money: z.infer<typeof books>): string {
  const [available, held, spent] = moneyOf(money);
  const floor = money.floor_micros === null ? 'no limit' : `never below ${dollars(money.floor_micros)}`;
  return `${available} available (${floor}), ${held} held, ${spent} spent`;
}
