/** The old text commands at the end of a prompt. Source: Ark: create video generation task (validation mode). */

/** What a prompt overrides. A value that makes no sense is ignored; so is what the model cannot do. */
export interface PromptSuffixes {
  readonly resolution?: string;
  readonly ratio?: string;
  readonly duration?: number;
  readonly watermark?: boolean;
}

const commandOf = (prompt: string, ...names: readonly string[]): string | undefined =>
  new RegExp(`--(?:${names.join('|')})\\s+(\\S+)`).exec(prompt)?.[1];

/** Reads `--rs 480p --rt 1:1 --dur 5 --wm true`. The others (`--fps --seed --cf --frames`) change nothing here. */
export function suffixesOf(prompt: string): PromptSuffixes {
  const resolution = commandOf(prompt, 'rs', 'resolution');
  const ratio = commandOf(prompt, 'rt', 'ratio');
  const duration = Number(commandOf(prompt, 'dur', 'duration'));
  const watermark = commandOf(prompt, 'wm', 'watermark');
  return {
    ...(resolution !== undefined && { resolution }),
    ...(ratio !== undefined && { ratio }),
    ...(Number.isInteger(duration) && { duration }),
    ...((watermark === 'true' || watermark === 'false') && { watermark: watermark === 'true' }),
  };
}
