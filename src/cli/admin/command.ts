import type { Command } from 'commander';
import { EXAMPLES } from '../help-texts.ts';

/** A command of operators, with what all of them take. */
export const adminCommand = (parent: Command, name: string, description: string): Command =>
  parent
    .command(name)
    .description(description)
    .option('--admin-key <key>', 'default: ONEREEL_ADMIN_KEY, else the data folder’s keys.json')
    .option('--json', 'one JSON object on standard output');

export const adminGroup = (program: Command, name: string, description: string): Command =>
  program.command(name).description(description).addHelpText('after', EXAMPLES.operators);

/** For options that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
