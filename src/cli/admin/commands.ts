import type { Command } from 'commander';
import { addAudit } from './audit.ts';
import { addChannels } from './channels.ts';
import { addExport } from './export-ledger.ts';
import { addGenerations } from './generations.ts';
import { addGrants } from './grants.ts';
import { addKeys } from './keys.ts';
import { addOverrides } from './overrides.ts';
import { addProjects } from './projects.ts';
import type { Act } from './session.ts';

/** What operators do, through the admin API of a running server. `ledger` is the command that has the rest of the books. */
export function addAdminCommands(
  { program, ledger }: { readonly program: Command; readonly ledger: Command },
  act: Act,
): void {
  for (const add of [addProjects, addKeys, addGrants, addChannels, addOverrides, addGenerations, addAudit])
    add(program, act);
  addExport(ledger, act);
}
