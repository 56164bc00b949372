import { elapsed } from './figures.ts';
import type { Output } from './output.ts';

/** How far a generation is. `seconds` since this command began to watch it. */
export interface Progress {
  readonly status: string;
  readonly percent: number;
  readonly seconds: number;
  readonly delayed: boolean;
}

const MOST_BAR = 40;
const LEAST_BAR = 10;

/** `███████░░░░░░  45 %  in progress  12 s`, never wider than the terminal. */
export function bar(progress: Progress, columns: number): string {
  const tail = `${String(progress.percent).padStart(3)} %  ${words(progress)}  ${elapsed(progress.seconds)}`;
  const width = Math.min(MOST_BAR, columns - tail.length - 3);
  if (width < LEAST_BAR) return tail.slice(0, Math.max(0, columns - 1));
  const full = Math.round((Math.min(100, Math.max(0, progress.percent)) / 100) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}  ${tail}`;
}

const words = ({ status, delayed }: Progress): string =>
  status.replaceAll('_', ' ') + (delayed ? ' (takes longer than usual)' : '');

/** A bar where a line can be replaced, else a line for each change of state or per cent. */
export function progressOn(output: Output): (progress: Progress) => void {
  const { redraw, columns } = output;
  if (redraw) return (progress) => redraw(bar(progress, columns));
  let last = '';
  return (progress) => {
    const line = `${words(progress)} ${progress.percent} %`;
    if (line !== last) output.say(line);
    last = line;
  };
}
