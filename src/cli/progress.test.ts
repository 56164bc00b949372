import { expect, test } from 'vitest';
import { openOutput } from './output.ts';
import { bar, progressOn } from './progress.ts';

const half = { status: 'in_progress', percent: 50, seconds: 12, delayed: false };

test('a bar is filled by its share and fits into the terminal', () => {
  expect(bar(half, 80)).toBe(`${'█'.repeat(20)}${'░'.repeat(20)}   50 %  in progress  12 s`);
  for (let columns = 1; columns < 120; columns += 1) expect(bar(half, columns).length).toBeLessThan(columns + 1);
  expect(bar(half, 30)).toBe(' 50 %  in progress  12 s');
});

test('per cents beyond the ends of the scale do not break the bar', () => {
  expect(bar({ ...half, percent: 140 }, 80)).toContain('█'.repeat(40));
  expect(bar({ ...half, percent: -3 }, 80)).toContain('░'.repeat(40));
});

function recorded({ json = false, isTTY = false, term = 'xterm' } = {}) {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    columns: 60,
    write: (text: string) => {
      texts[name] += text;
      return true;
    },
  });
  return { texts, output: openOutput(json, { stdout: stream('stdout'), stderr: stream('stderr'), term }) };
}

test('outside a terminal there is one line for each change', () => {
  const { texts, output } = recorded();
  const show = progressOn(output);
  for (const percent of [0, 0, 40, 40]) show({ ...half, percent });
  show({ ...half, percent: 40, delayed: true });
  expect(texts.stdout).toBe('in progress 0 %\nin progress 40 %\nin progress (takes longer than usual) 40 %\n');
});

test('in a terminal the bar stays on one line, and the next line takes its place', () => {
  const { texts, output } = recorded({ isTTY: true });
  progressOn(output)(half);
  expect(texts.stdout).toMatch(/^[^█]*█+░+ [^\n]*$/);
  expect(texts.stdout.startsWith('\r\u001b[2K')).toBe(true);
  output.say('Saved');
  expect(texts.stdout.endsWith('\r\u001b[2KSaved\n')).toBe(true);
});

test('a dumb terminal gets plain lines', () => {
  expect(recorded({ isTTY: true, term: 'dumb' }).output.redraw).toBeUndefined();
});

test('with --json standard output holds the one object and nothing else', () => {
  const { texts, output } = recorded({ json: true });
  progressOn(output)(half);
  output.say('Saved');
  output.complain('oh');
  output.result({ done: true });
  expect(texts).toEqual({ stdout: '{"done":true}\n', stderr: 'in progress 50 %\nSaved\noh\n' });
});
