import type { Json } from '../../src/domain/json.ts';
import type { Observation } from '../../src/domain/provider.ts';
import {
  answered,
  dropped,
  type EngineWorld,
  film,
  noRoom,
  running,
  unanswered,
  videoAt,
} from '../harness/engine-world.ts';
import type { Chance } from '../harness/seeded.ts';

type Verdict = Extract<Observation, { state: 'succeeded' | 'failed' | 'expired' | 'cancelled' }>;

interface VendorWork {
  state: 'waits' | 'runs' | 'done' | 'cancelled';
  readonly verdict: Verdict;
}

/** Credits that are less than a hold, all of it, or more. */
const CREDITS = [0, 1, 640, 999, 1000, 40_000] as const;

function verdictOf(chance: Chance): Verdict {
  const usage = { credits: chance.pick(CREDITS) };
  const outputs = [videoAt(`https://vendor.example/${chance.pick(['good', 'good', 'good', 'bad'])}.mp4`)];
  return chance.pick<Verdict>([
    { state: 'succeeded', outputs, usage },
    { state: 'succeeded', outputs, usage },
    { state: 'succeeded', outputs, usage },
    { state: 'succeeded', outputs, usage },
    { state: 'succeeded', outputs },
    { state: 'failed', failure: { code: 'content_rejected' } },
    { state: 'failed', failure: { code: 'output_missing' }, usage },
    { state: 'expired' },
  ]);
}

const idOf = (operation: Json): string => String((operation as { id: unknown }).id); // operations of this vendor

/**
 * A vendor that takes work and loses the answer, has no room, finishes sooner or later, or never; bills what it likes, also
 * for what brings nothing; and is moody about cancels. Answers its work by tag.
 */
export function moodyVendor({ vendor }: EngineWorld, chance: Chance): ReadonlyMap<string, VendorWork> {
  const all = new Map<string, VendorWork>();
  const isLucky = (share: number): boolean => chance.between(0, 1) < share;
  vendor.submit = (tag) => {
    const mood = chance.pick([
      'takes',
      'takes',
      'takes',
      'takes',
      'takes',
      'takes',
      'no room',
      'refuses',
      'drops',
      'drops before',
    ]);
    if (mood === 'no room') return noRoom(1);
    if (mood === 'refuses') return answered({ state: 'failed', failure: { code: 'content_rejected' } });
    if (mood === 'drops before') return dropped;
    all.set(tag, { state: 'waits', verdict: verdictOf(chance) });
    return mood === 'drops' ? dropped : running(tag, { queued: true });
  };
  vendor.list = () => answered({ items: [...all.keys()].map((id) => ({ operation: { id }, tag: id })) });
  vendor.poll = (operation) => {
    const id = idOf(operation);
    const work = all.get(id);
    if (!work || isLucky(0.15)) return unanswered();
    if (work.state === 'waits' && isLucky(0.7)) work.state = 'runs';
    else if (work.state === 'runs' && isLucky(0.7)) work.state = 'done';
    if (work.state === 'cancelled') return answered({ state: 'cancelled' });
    return work.state === 'done' ? answered(work.verdict) : running(id, { queued: work.state === 'waits' });
  };
  vendor.cancel = (operation) => {
    const work = all.get(idOf(operation));
    if (!work || isLucky(0.2)) return answered('unanswered');
    if (work.state !== 'waits') return answered('too-late');
    work.state = 'cancelled';
    return answered('cancelled');
  };
  vendor.download = ({ from }) => ('url' in from && from.url.includes('bad') ? notAFilm() : film());
  return all;
}

async function* notAFilm(): AsyncIterable<Uint8Array> {
  yield Buffer.from('<html>');
}
