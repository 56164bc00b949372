import type { Command } from 'commander';
import { z } from 'zod';
import { EXIT, type ExitCode } from '../cli-error.ts';
import { table } from '../figures.ts';
import { adminCommand } from './command.ts';
import { itemsOf, minute, shownAs } from './lists.ts';
import type { Act, AdminOptions, AdminSession } from './session.ts';

interface AuditOptions extends AdminOptions {
  readonly subject?: string;
  readonly action?: string;
  readonly actor?: string;
  readonly limit?: string;
  readonly after?: string;
}

const entry = z.looseObject({
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});

export function addAudit(program: Command, act: Act): void {
  adminCommand(program, 'audit', 'List who changed what, newest first.')
    .option('--subject <id>', 'what was changed, such as key_123')
    .option('--action <word>', 'such as key.created')
    .option('--actor <key>', 'the admin key, as key_123')
    .option('--limit <count>', 'how many, at most 100', '20')
    .option('--after <id>', 'those older than this one')
    .action((options: AuditOptions) => act(options, (session) => listAudit(session, options)));
}

async function listAudit(session: AdminSession, options: AuditOptions): Promise<ExitCode> {
  const { subject, action, actor, limit, after } = options;
  const page = await session.get('/audit', { subject, action, actor, limit, after });
  const rows = itemsOf(page).map((one) => {
    const shown = shownAs(entry, one);
    return [minute(shown.at), shown.actor, shown.action, shown.subject, changeOf(shown)];
  });
  for (const line of table([['AT', 'BY', 'ACTION', 'WHAT', 'CHANGE'], ...rows])) session.output.say(line);
  if (page['has_more'] === true) session.output.say(`More: --after ${String(page['last_id'])}`);
  session.output.result(page);
  return EXIT.done;
}

/** Only what differs; all of it where there was nothing. */
function changeOf({ before, after }: z.infer<typeof entry>): string {
  const [was, is] = [Object(before ?? {}), Object(after ?? {})];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map((name) =>
      name in was
        ? `${name} ${JSON.stringify(was[name])} → ${JSON.stringify(is[name])}`
        : `${name} ${JSON.stringify(is[name])}`,
    )
    .join(', ');
}
