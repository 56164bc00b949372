/** How often a vendor is asked. Pure; intervals in seconds. `pace` 1 is a vendor's, smaller is a fast sandbox. */

/**
 * The next look at a running attempt: first near the model's usual time, then closer, then wider once it is late.
 * Unanswered looks back off, up to a minute.
 */
export function nextLookSeconds(look: {
  readonly runningSeconds: number;
  readonly usualSeconds: number;
  readonly unanswered: number;
  readonly retryAfterSeconds?: number;
  readonly pace: number;
}): number {
  if (look.unanswered > 0) {
    return Math.max(backOffSeconds(look.unanswered) * look.pace, boundedPause(look.retryAfterSeconds ?? 0));
  }
  const usual = look.usualSeconds;
  const firstLook = usual * 0.6;
  if (look.runningSeconds < firstLook) return Math.max(0.1, firstLook - look.runningSeconds);
  const closer = usual * (look.runningSeconds < usual * 2 ? 0.08 : 0.25);
  const interval = Math.min(30, Math.max(1, closer));
  // What a fast sandbox still works on is not asked for a hundred times a second: a twentieth of its age is soon enough.
  return Math.max(interval * look.pace, Math.min(interval, look.runningSeconds / 20));
}

/** Doubles with every unanswered question, up to a minute. */
export const backOffSeconds = (unanswered: number): number => Math.min(60, 2 ** Math.min(unanswered, 6));

const MOST_PAUSE_SECONDS = 600;
/** A vendor's Retry-After is kept, but does not stop us for hours. */
export const boundedPause = (retryAfterSeconds: number): number => Math.min(MOST_PAUSE_SECONDS, retryAfterSeconds);

/** Looks for a create of unknown outcome: at least three over at least ten minutes before it is given up. */
const CONFIRMATION_LOOKS_SECONDS = [3, 30, 120, 300, 600] as const;
export const CONFIRMATION_MIN_LOOKS = 3;
export const CONFIRMATION_MIN_SECONDS = 600;
/** Where nothing can be looked through: by then a sender that only lost its claim has written down what it saw. */
export const SENDER_GONE_SECONDS = 150;

export const nextConfirmationLookSeconds = (looks: number): number => CONFIRMATION_LOOKS_SECONDS[looks] ?? 300;

/** A file that could not be fetched is tried again for as long as the vendor keeps it, ever less often. */
export const nextCollectSeconds = (failures: number, pace: number): number =>
  Math.min(300, 2 ** Math.min(failures, 9)) * pace;
