import type { z } from 'zod';
import { describeWords } from './describe-words.ts';

type Problem = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  boolean: 'must be true or false',
  int: 'must be a whole number',
  number: 'must be a whole number',
  string: 'must be a string',
  array: 'must be an array',
  object: 'must be an object',
};

/** What an option’s schema objects to, as the end of a sentence that begins with "it". */
export function describeProblem(problem: Problem): string {
  switch (problem.code) {
    case 'invalid_value':
      return `must be ${describeWords(problem.values.map(String))}`;
    case 'invalid_type':
      return TYPES[problem.expected] ?? `must be of type ${problem.expected}`;
    case 'too_big':
      return `${bound(problem.origin, 'at most')} ${problem.maximum}${unit(problem.origin)}`;
    case 'too_small':
      return `${bound(problem.origin, 'at least')} ${problem.minimum}${unit(problem.origin)}`;
    case 'invalid_format':
      return problem.format === 'url' ? 'must be an http or https URL' : `must have the format ${problem.format}`;
    case 'unrecognized_keys':
      return `must not have ${describeWords(problem.keys)}`;
    default:
      return problem.message;
  }
}

const bound = (origin: string, word: string): string =>
  origin === 'string' || origin === 'array' ? `must have ${word}` : `must be ${word}`;

const unit = (origin: string): string => (origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '');
