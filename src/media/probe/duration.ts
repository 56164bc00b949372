import { ProbeError } from './probe-error.ts';

const maxSeconds = 24 * 60 * 60;

/** Seconds to the microsecond; more than a day is `too_complex`. */
export function checkedSeconds(seconds: number): number {
  if (!(seconds <= maxSeconds)) throw new ProbeError('too_complex', 'it lasts longer than 24 hours');
  return Math.round(seconds * 1e6) / 1e6;
}
