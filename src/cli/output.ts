/** Where a command writes. `say` is for people, `result` for the one JSON object of `--json`. */
export interface Output {
  /** One line for people: on standard output, or on standard error when that is kept for `--json`. */
  say(line: string): void;
  /** One line on standard error. */
  complain(line: string): void;
  /** With `--json` the only thing on standard output; nothing otherwise. */
  result(value: unknown): void;
  /** A line that the next one replaces; undefined where lines cannot be replaced: a file, a pipe, a dumb terminal. */
  readonly redraw: ((line: string) => void) | undefined;
  /** Characters in a line. */
  readonly columns: number;
}

type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly term: string | undefined;
}

const PLAIN_COLUMNS = 80;
const ERASE_LINE = '\r\u001b[2K';

/** With `json`, everything for people goes to standard error. */
export function openOutput(json: boolean, { stdout, stderr, term }: Streams): Output {
  const people = json ? stderr : stdout;
  const canRedraw = people.isTTY === true && term !== 'dumb';
  let drawn = false;
  const clear = (): void => {
    if (drawn) people.write(ERASE_LINE);
    drawn = false;
  };
  return {
    say: (line) => {
      clear();
      people.write(`${line}\n`);
    },
    complain: (line) => {
      clear();
      stderr.write(`${line}\n`);
    },
    result: (value) => {
      clear();
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    redraw: canRedraw
      ? (line) => {
          people.write(ERASE_LINE + line);
          drawn = true;
        }
      : undefined,
    columns: people.columns || PLAIN_COLUMNS,
  };
}
