import type { FailureCode } from '../../src/domain/failure.ts';
import { DIFFERENCES } from '../../src/emulators/kit/differences.ts';
import { MAGIC_PROMPTS, type MagicOutcome } from '../../src/emulators/kit/magic.ts';
import { wishedTimes } from '../../src/emulators/kit/timeline.ts';
import { code, page, table } from './markdown.ts';

/** What a caller of Onereel sees of each outcome; test/scenario/test-mode.test.ts holds the emulators to it. */
export const MAGIC_RESULTS: Readonly<Record<MagicOutcome, FailureCode | 'completed' | 'in_progress'>> = {
  refused: 'content_rejected',
  blocked: 'content_rejected',
  failed: 'vendor_failed',
  slow: 'completed',
  stuck: 'in_progress',
  missing: 'output_missing',
};

const INTRODUCTION = `# Test mode

<!-- Generated from src/emulators by \`npm run codegen\`. -->

A test key (\`sk-test-…\`) reaches emulated vendors, a live key (\`sk-live-…\`) the real ones, and nothing but the key decides.
Neither sees what the other made, and every answer says which it is in \`livemode\`.

The whole way is the same for both: the same checks, prices, queue, states, errors, downloads and links. The emulators speak
the vendors' own protocols over HTTP and were written from the vendors' pages, so a request that passes here has the form
that the vendor documents. Amounts in \`cost\` are what the vendor would bill; with a test key nobody pays them.`;

const RESULT_WORDS = (result: (typeof MAGIC_RESULTS)[MagicOutcome]): string => {
  if (result === 'completed') return 'completes, late';
  if (result === 'in_progress') return 'stays `in_progress`, and fails with `timed_out` an hour after its creation';
  return `fails with ${code(result)}`;
};

const PACE = [
  { what: '5 s at 720p', seconds: 5, pixels: 1280 * 720, pace: 1 },
  { what: '5 s at 720p, fast models', seconds: 5, pixels: 1280 * 720, pace: 0.75 },
  { what: '15 s at 1080p', seconds: 15, pixels: 1920 * 1080, pace: 1 },
  { what: '8 s at 4k', seconds: 8, pixels: 3840 * 2160, pace: 1 },
] as const;

const VENDORS = {
  all: 'All',
  vidu: 'Vidu',
  ark: 'Seedance (Volcengine Ark, BytePlus)',
  vertex: 'Veo (Vertex AI)',
} as const;

/** docs/test-mode.md. */
export const testModePage = (): string =>
  page([
    INTRODUCTION,
    '## Magic prompts',
    'These words anywhere in a prompt force an outcome, with every model. The first of this table wins.',
    table(
      ['In the prompt', 'What the vendor does', 'What you see'],
      MAGIC_PROMPTS.map(({ word, outcome, description }) => [
        code(word),
        description,
        RESULT_WORDS(MAGIC_RESULTS[outcome]),
      ]),
    ),
    '## Pace',
    'A generation waits a moment and then runs. It never ends before its video is drawn, however long that takes.',
    table(['Request', 'Waits', 'Runs'], PACE.map(paceRow)),
    '`ONEREEL_SANDBOX_SPEED` divides these times: 1 is the default, 20 is what tests use. `onereel emulate --speed` does the same for the emulators alone.',
    '## Where the sandbox differs from the vendors',
    'This is all that is known. What is not in this list is meant to be as the vendor documents it; if it is not, that is a bug.',
    ...Object.entries(VENDORS).flatMap(([vendor, title]) => [
      `### ${title}`,
      DIFFERENCES[vendor as keyof typeof VENDORS].map((line) => `- ${line}`).join('\n'), // a key of the table itself
    ]),
  ]);

function paceRow({ what, ...wish }: (typeof PACE)[number]): readonly string[] {
  const { readyMs, runMs } = wishedTimes({ ...wish, nowMs: 0, speed: 1, magic: undefined });
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
  return [what, seconds(readyMs), seconds(runMs)];
}
