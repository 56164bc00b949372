/**
 * Concurrency per account. A task gets its start when it is created and keeps it, so that its state stays a function of
 * its own row and the clock. The account's row remembers the latest start and the ends of what still runs then; it is
 * changed by compare-and-set, so the limit holds across processes too. What this gives:
 * - at most `concurrency` tasks of an account run at once; the others wait in the order they came;
 * - a cancelled task leaves its slot empty until its planned end: nobody behind it moves up;
 * - a stuck task holds its slot only for its usual run time, so that five of them do not block an account for good.
 */
import { z } from 'zod';
import type { EmulatorStore } from './store.ts';

const Book = z.object({ lastStartMs: z.number(), endsMs: z.array(z.number()) });
type Book = z.infer<typeof Book>;

export interface BookingWish {
  readonly vendor: string;
  readonly account: string;
  readonly readyMs: number;
  readonly runMs: number;
  readonly concurrency: number;
}

/** The earliest start in a book: not before the last one, and not before a slot is free. */
export function nextStart(book: Book, wish: Pick<BookingWish, 'readyMs' | 'concurrency'>): number {
  const orderedMs = Math.max(wish.readyMs, book.lastStartMs);
  const running = book.endsMs.filter((endMs) => endMs > orderedMs).sort((a, b) => a - b);
  return running[running.length - wish.concurrency] ?? orderedMs;
}

function booked(book: Book, wish: BookingWish): { readonly startMs: number; readonly book: Book } {
  const startMs = nextStart(book, wish);
  const stillRunning = book.endsMs.filter((endMs) => endMs > startMs);
  return { startMs, book: { lastStartMs: startMs, endsMs: [...stillRunning, startMs + wish.runMs] } };
}

async function tryBook(store: EmulatorStore, wish: BookingWish): Promise<number | undefined> {
  const vendor = `${wish.vendor}.account`;
  const row = await store.get(vendor, wish.account);
  if (row === undefined) {
    const { startMs, book } = booked({ lastStartMs: 0, endsMs: [] }, wish);
    const createdAtMs = await store.now();
    const task = { vendor, id: wish.account, account: wish.account, createdAtMs, doc: book };
    return (await store.insert(task)) ? startMs : undefined;
  }
  const { startMs, book } = booked(Book.parse(row.doc), wish);
  return (await store.replace({ ...row, doc: book }, row.version)) ? startMs : undefined;
}

/** Books slots. Callers of one process wait for each other; processes meet in the compare-and-set. */
export function createBooking(store: EmulatorStore): (wish: BookingWish) => Promise<number> {
  const turns = new Map<string, Promise<unknown>>();

  async function book(wish: BookingWish): Promise<number> {
    for (;;) {
      const startMs = await tryBook(store, wish);
      if (startMs !== undefined) return startMs;
    }
  }

  return async (wish) => {
    const key = `${wish.vendor}\n${wish.account}`;
    const before = turns.get(key) ?? Promise.resolve();
    const mine = before.then(() => book(wish));
    const settled = mine.catch(() => undefined);
    turns.set(key, settled);
    const startMs = await mine;
    if (turns.get(key) === settled) turns.delete(key);
    return startMs;
  };
}
