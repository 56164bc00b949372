/** Magic prompts: words that force an outcome, as test cards do. The same for all vendors; docs/test-mode.md is made from them. */

export type MagicOutcome = 'refused' | 'blocked' | 'failed' | 'slow' | 'stuck' | 'missing';

interface MagicPrompt {
  /** Anywhere inside the prompt, upper or lower case. */
  readonly word: string;
  readonly outcome: MagicOutcome;
  readonly description: string;
}

export const MAGIC_PROMPTS: readonly MagicPrompt[] = [
  {
    word: '[test:refused]',
    outcome: 'refused',
    description: 'The vendor refuses the prompt when the generation is created (content policy, HTTP 400).',
  },
  {
    word: '[test:blocked]',
    outcome: 'blocked',
    description:
      'The vendor accepts, runs, and then withholds the video because of its content: failed with a moderation code; Veo ends without a video.',
  },
  {
    word: '[test:failed]',
    outcome: 'failed',
    description: 'The vendor accepts, runs, and fails with an internal error.',
  },
  { word: '[test:slow]', outcome: 'slow', description: 'The generation takes ten times as long.' },
  { word: '[test:stuck]', outcome: 'stuck', description: 'The generation keeps running and never ends by itself.' },
  {
    word: '[test:missing]',
    outcome: 'missing',
    description: 'The vendor reports success, but there is no video in its answer.',
  },
];

/** What a prompt forces; the first word of the table wins. */
export function magicOf(prompt: string): MagicOutcome | undefined {
  const lower = prompt.toLowerCase();
  return MAGIC_PROMPTS.find((magic) => lower.includes(magic.word))?.outcome;
}
