import type { Command } from 'commander';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { dollars } from '../../domain/money.ts';
import { EXIT, type ExitCode } from '../cli-error.ts';
import { table } from '../figures.ts';
import { adminCommand, adminGroup } from './command.ts';
import { itemsOf, minute, shownAs } from './lists.ts';
import { type Act, type AdminOptions, type AdminSession, inPath } from './session.ts';
import { microsOf } from './values.ts';

interface ReportOptions extends AdminOptions {
  readonly project?: string;
  readonly status?: string;
  readonly model?: string;
  readonly live?: boolean;
  readonly test?: boolean;
  readonly limit?: string;
  readonly after?: string;
  readonly cause?: string;
  readonly amount?: string;
}

const report = z.looseObject({
  id: z.string(),
  project_name: z.string(),
  livemode: z.boolean(),
  model: z.string(),
  status: z.string(),
  error_code: z.string().nullable(),
  created_at: z.number(),
  money: z.looseObject({
    quoted_micros: z.number(),
    settled_micros: z.number().nullable(),
    refunded_micros: z.number(),
    vendor: z.array(
      z.looseObject({ attempt: z.string(), currency: z.string(), micros: z.number(), usd_micros: z.number() }),
    ),
  }),
  attempts: z
    .array(
      z.looseObject({
        id: z.string(),
        channel: z.string(),
        model: z.string(),
        state: z.string(),
        failure: z.unknown(),
      }),
    )
    .default([]),
});
type Report = z.infer<typeof report>;

export function addGenerations(program: Command, act: Act): void {
  const generations = adminGroup(program, 'generations', 'Generations of all projects, and what each cost.');
  adminCommand(generations, 'list', 'List generations, newest first: quoted, settled, billed by the vendor.')
    .option('--project <project>', 'only those of a project')
    .option('--status <state>', 'such as failed')
    .option('--model <model>', 'only of this model')
    .option('--live', 'only those of live keys')
    .option('--test', 'only those of test keys')
    .option('--limit <count>', 'how many, at most 100', '20')
    .option('--after <id>', 'those older than this one')
    .action((options: ReportOptions) => act(options, (session) => listReports(session, options)));
  adminCommand(generations, 'show', 'Show a generation: attempts, the vendor’s words, money side by side.')
    .argument('<id>', 'such as task_123')
    .action((id: string, options: AdminOptions) =>
      act(options, async (session) => say(session, await session.get(`/generations/${inPath(id)}`))),
    );
  adminCommand(generations, 'refund', 'Give back what a completed generation cost, once.')
    .argument('<id>', 'such as task_123')
    .requiredOption('--cause <text>', 'what the ledger says it was for')
    .option('--amount <dollars>', 'a part of it; all without it')
    .action((id: string, options: ReportOptions) =>
      act(options, async (session) => {
        const { cause, amount } = options;
        const body = { cause, amount_micros: amount === undefined ? undefined : microsOf('--amount', amount) };
        return say(session, await session.post(`/generations/${inPath(id)}/refund`, body));
      }),
    );
}

async function listReports(session: AdminSession, options: ReportOptions): Promise<ExitCode> {
  const { project, status, model, live = false, test = false, limit, after } = options;
  const livemode = live === test ? undefined : String(live);
  const page = await session.get('/generations', { project, status, model, livemode, limit, after });
  const rows = itemsOf(page).map((one) => {
    const shown = shownAs(report, one);
    const { quoted_micros: quoted, settled_micros: settled, refunded_micros: refunded } = shown.money;
    return [
      shown.id,
      minute(shown.created_at),
      shown.project_name,
      shown.livemode ? 'live' : 'test',
      shown.model,
      shown.error_code ?? shown.status,
      dollars(quoted),
      settled === null ? '' : dollars(settled),
      refunded === 0 ? '' : dollars(refunded),
      billedOf(shown),
    ];
  });
  const names = ['ID', 'AT', 'PROJECT', 'KEY', 'MODEL', 'STATE', 'QUOTED', 'SETTLED', 'REFUNDED', 'VENDOR'];
  for (const line of table([names, ...rows])) session.output.say(line);
  if (page['has_more'] === true) session.output.say(`More: --after ${String(page['last_id'])}`);
  session.output.result(page);
  return EXIT.done;
}

const billedOf = ({ money }: Report): string =>
  money.vendor.length === 0 ? '' : dollars(money.vendor.reduce((sum, { usd_micros: usd }) => sum + usd, 0));

function say({ output }: AdminSession, answer: Json): ExitCode {
  const shown = shownAs(report, answer);
  const { quoted_micros: quoted, settled_micros: settled, refunded_micros: refunded, vendor } = shown.money;
  const world = shown.livemode ? 'live' : 'test';
  output.say(
    `Made      ${shown.id}: ${shown.model}, ${world} key of ${shown.project_name}, ${shown.error_code ?? shown.status}`,
  );
  output.say(
    `Money     quoted ${dollars(quoted)}, settled ${settled === null ? 'not yet' : dollars(settled)}, refunded ${dollars(refunded)}`,
  );
  for (const { attempt, currency, micros, usd_micros: usd } of vendor)
    output.say(`Vendor    billed ${dollars(micros).slice(1)} ${currency} (${dollars(usd)}) for ${attempt}`);
  for (const { id, channel, model, state, failure } of shown.attempts)
    output.say(
      `Attempt   ${id} on ${channel} (${model}): ${state}${failure === null ? '' : ` ${JSON.stringify(failure)}`}`,
    );
  output.result(answer);
  return EXIT.done;
}
