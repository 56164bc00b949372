import type { Warning } from '../../domain/request.ts';

/**
 * The old text commands that Ark still reads inside a prompt (section 4.1: weak parameters), in their short forms and in
 * the long forms of older pages. They would change size and length behind the price.
 */
const NAMES =
  'rs|rt|dur|frames|fps|seed|cf|wm|resolution|ratio|duration|framespersecond|framepersecond|camera_?fixed|watermark';
const SUFFIX = new RegExp(`-{2,}((?:${NAMES})(?![A-Za-z0-9_]))`, 'gi');

/**
 * Takes the dashes off such commands: `--dur 10` becomes `dur 10`, which is only words. No word of the caller's is lost,
 * and a second pass finds nothing. `found` has the commands as they stood.
 */
export function neutralisePromptSuffixes(prompt: string): { prompt: string; found: readonly string[] } {
  const found = [...prompt.matchAll(SUFFIX)].map(([suffix]) => suffix);
  return { prompt: prompt.replace(SUFFIX, '$1'), found: [...new Set(found)] };
}

/** The same as a provider says it: with the warning that the caller gets. */
export function adjustPrompt(given: string): { prompt: string; warning?: Warning } {
  const { prompt, found } = neutralisePromptSuffixes(given);
  if (found.length === 0) return { prompt };
  const warning: Warning = {
    code: 'prompt_adjusted',
    param: 'prompt',
    message: `Commands inside the prompt (${found.join(', ')}) are sent as plain words. Use the fields of the request, such as duration and aspect_ratio.`,
    requested: found,
    sent: found.map((suffix) => suffix.replace(/^-+/, '')),
  };
  return { prompt, warning };
}
