import type { Output } from './output.ts';

/** One thing that `onereel doctor` looked at. `failed`: something that is needed does not work. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

const MARKS = { ok: 'ok  ', warning: 'note', failed: 'FAIL' } as const;

/** Findings as lines: the mark, what was looked at, what was seen, and below it what to do. */
export function sayFindings(findings: readonly Finding[], output: Output): void {
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, state, message, fix } of findings) {
    output.say(`${MARKS[state]}  ${name.padEnd(width)}  ${message}`);
    if (fix !== undefined && state !== 'ok') output.say(`${' '.repeat(width + 8)}${fix}`);
  }
  const failed = findings.filter(({ state }) => state === 'failed').length;
  output.say('');
  output.say(failed === 0 ? 'Onereel can run here.' : `${failed} of ${findings.length} checks failed.`);
  output.result({ ok: failed === 0, checks: findings });
}
