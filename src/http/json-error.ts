/** Where a text stops being JSON, and what is expected there. */
export interface JsonError {
  readonly offset: number;
  readonly expected: string;
}

class Stop extends Error {
  readonly at: JsonError;
  constructor(offset: number, expected: string) {
    super(expected);
    this.at = { offset, expected };
  }
}

const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * Finds the first error of a text that `JSON.parse` refused: its own messages carry no position for some inputs.
 * Iterative, so that a deep body cannot exhaust the stack.
 */
export function findJsonError(text: string): JsonError {
  try {
    scan(text);
    return { offset: text.length, expected: 'nothing more' };
  } catch (error) {
    if (error instanceof Stop) return error.at;
    throw error;
  }
}

type Container = '[' | '{';

function scan(text: string): void {
  const open: Container[] = [];
  let at = skip(text, 0);
  let expectValue = true;
  for (;;) {
    if (expectValue) {
      const first = text[at];
      if (first === '[' || first === '{') {
        at = skip(text, at + 1);
        const close = first === '[' ? ']' : '}';
        if (text[at] === close) at = skip(text, at + 1);
        else {
          open.push(first);
          if (first === '{') at = name(text, at, 'a name in double quotes or }');
          continue;
        }
      } else at = scalar(text, at, open.at(-1) === '[');
    }
    const inside = open.at(-1);
    if (inside === undefined) {
      if (at < text.length) throw new Stop(at, 'the end of the body');
      return;
    }
    const close = inside === '[' ? ']' : '}';
    if (text[at] === ',') {
      at = skip(text, at + 1);
      if (inside === '{') at = name(text, at, 'a name in double quotes (a comma must not come last)');
      expectValue = true;
    } else if (text[at] === close) {
      open.pop();
      at = skip(text, at + 1);
      expectValue = false;
    } else throw new Stop(at, `a comma or ${close}`);
  }
}

const skip = (text: string, at: number): number => at + match(BLANK, text, at);

/** A member's name and its colon. */
function name(text: string, at: number, expected: string): number {
  const length = match(STRING, text, at);
  if (length === 0) throw stringError(text, at, expected);
  const colon = skip(text, at + length);
  if (text[colon] !== ':') throw new Stop(colon, 'a colon');
  return skip(text, colon + 1);
}

function scalar(text: string, at: number, inList: boolean): number {
  const length = match(STRING, text, at) || match(WORD, text, at) || match(NUMBER, text, at);
  if (length === 0) throw stringError(text, at, inList ? 'a value (a comma must not come last)' : 'a value');
  return skip(text, at + length);
}

/** Inside a broken string, the place of the break. */
function stringError(text: string, at: number, expected: string): Stop {
  if (text[at] !== '"') return new Stop(at, expected);
  for (let i = at + 1; i < text.length; i += 1) {
    const char = text[i] ?? '';
    if (char < ' ') return new Stop(i, 'a closing quote (line breaks in strings are written \\n)');
    if (char !== '\\') continue;
    const wellEscaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
    const length = match(wellEscaped, text, i);
    if (length === 0) return new Stop(i, 'a valid escape such as \\n or \\u00e9');
    i += length - 1;
  }
  return new Stop(text.length, 'a closing quote');
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
