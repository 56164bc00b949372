import { z } from 'zod';
import type { Capabilities } from '../../src/domain/model.ts';
import type { Mode } from '../../src/domain/request.ts';
import { code, groupBy, table, words } from './markdown.ts';

/** A mode of one of the models of a family. */
export interface ModeOf {
  readonly mode: Mode;
  readonly capabilities: Capabilities;
}

interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly default?: unknown;
}

/** The vendor's own knobs that some mode of a family has, and in which modes. */
export function optionTable(modes: readonly ModeOf[]): string {
  const all = modes.flatMap(({ mode, capabilities }) => {
    const schema = z.toJSONSchema(capabilities.options);
    return Object.entries(schema.properties ?? {}).map(([name, option]) => ({
      name,
      mode,
      option: option as OptionSchema, // of our own option schemas
      // What a refinement forbids does not show in a JSON Schema.
      booleans: [true, false].filter((value) => capabilities.options.safeParse({ [name]: value }).success),
    }));
  });
  const everywhere = new Set(modes.map(({ mode }) => mode)).size;
  const rows = groupBy(all, ({ name }) => name).map((group) => {
    const [{ name, option, booleans }] = group;
    const among = [...new Set(group.map(({ mode }) => mode))];
    return [
      code(name),
      option.type === 'boolean' ? words(booleans.map((value) => code(String(value)))) : valuesOf(option),
      option.default === undefined ? 'not sent' : code(String(option.default)),
      among.length === everywhere ? 'all' : among.join(', '),
    ];
  });
  return rows.length === 0 ? '' : table(['Option', 'Values', 'Default', 'Modes'], rows);
}

function valuesOf({ enum: known, type, minimum, maximum, maxLength, format }: OptionSchema): string {
  if (known) return words(known.map((one) => code(one)));
  if (type === 'integer') return `${minimum} to ${maximum}`;
  if (format === 'uri') return 'an http or https URL';
  if (type === 'string') return `text of up to ${maxLength} characters`;
  return 'JSON, checked';
}

/** Names that are accepted without effect, with a warning: reason and modes. */
export function ignoredList(modes: readonly ModeOf[]): string {
  const all = modes.flatMap(({ mode, capabilities }) =>
    Object.entries(capabilities.harmless).map(([name, reason]) => ({ mode, name, reason })),
  );
  const everywhere = new Set(modes.map(({ mode }) => mode)).size;
  return groupBy(all, ({ name, reason }) => `${name}\n${reason}`)
    .map((group) => {
      const [{ name, reason }] = group;
      const among = [...new Set(group.map(({ mode }) => mode))];
      const where = among.length === everywhere ? '' : ` (${among.join(', ')})`;
      return `- ${code(wireName(name))}${where}: ${reason}`;
    })
    .join('\n');
}

const wireName = (name: string): string => (name === 'seconds' ? 'duration' : name);
