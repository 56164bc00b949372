import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { endServer } from '../../src/postgres/embedded/test-gateway.ts';
import { databaseFor } from '../harness/database.ts';
import {
  type EmulatedVendors,
  type FaultRule,
  liveChannels,
  startEmulatedVendors,
} from '../harness/emulated-vendors.ts';
import { type RunningGateway, type SpawnedGateway, spawnGateway } from '../harness/gateway.ts';
import { freePort } from '../harness/npm-start.ts';
import { advanceClock, bookTroubles, rows } from '../harness/rows.ts';
import { type Chance, seeded } from '../harness/seeded.ts';

/** `ONEREEL_KILLS=20` is the full run: 50 generations, 20 kills of the gateway, 5 of everything of ours. */
const KILLS = Number(process.env['ONEREEL_KILLS'] ?? 4);
const KILLS_OF_ALL = Math.ceil(KILLS / 4);
const FULL = KILLS >= 20;
const GENERATIONS = FULL ? 50 : 20;
const SEED = Number(process.env['ONEREEL_SEED'] ?? Math.floor(Math.random() * 1e6));

const LIVE_KEY = 'sk-live-0123456789abcdef01234567';
const MODELS = ['viduq3t-720p', 'seedance2.0-fast-480p', 'veo-3.1-fast-generate-001'] as const;

test(`${KILLS} kills of the gateway and ${KILLS_OF_ALL} of everything lose no generation and make none twice (ONEREEL_SEED=${SEED})`, {
  timeout: 60_000 + (KILLS + KILLS_OF_ALL) * 20_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-kills-'));
  const dataFolder = join(folder, 'data');
  const vendors = await startEmulatedVendors({ speed: FULL ? 0.4 : 1 });
  const chance = seeded(SEED);
  const env = {
    ...(await liveChannels(vendors, { folder, concurrency: FULL ? 17 : 6 })),
    ONEREEL_LIVE_KEY: LIVE_KEY,
    PORT: String(await freePort()),
  };
  const start = () => spawnGateway({ dataFolder, env });
  const creates = new AbortController();
  let last: RunningGateway | undefined;
  try {
    const url = `http://127.0.0.1:${env.PORT}`;
    const storm = killRepeatedly({ start, vendors, chance, dataFolder }).then(async () => {
      last = await (await start()).serving();
    });
    const [ids] = await Promise.all([createAll(url, creates.signal), storm]);
    await vendors.clearFaults();
    expect(new Set(ids).size).toBe(GENERATIONS);
    await untilEnded(dataFolder, vendors);
    await expectOnceAndEnded({ dataFolder, vendors, ids });
    expect(await bookTroubles(dataFolder)).toEqual([]);
    console.info(await summary(dataFolder));
    expect(await last?.stop()).toBe(0);
  } finally {
    creates.abort();
    await last?.stop();
    await vendors.stop();
    await endServer(dataFolder).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
});

/** What a vendor does badly while we are killed: mostly to creates, where it could cost money. */
const TROUBLES: readonly [FaultRule, ...FaultRule[]] = [
  { operation: 'create', kind: 'hang', seconds: 1, times: 3 },
  { operation: 'create', kind: 'hang', seconds: 3, times: 2 },
  { operation: 'create', kind: 'drop-after' },
  { operation: 'create', kind: 'drop-before' },
  { operation: 'create', kind: '500-after' },
  { operation: 'create', kind: '500-before' },
  { operation: 'create', kind: '429', times: 2 },
  { operation: 'poll', kind: 'drop-before', times: 3 },
  { operation: 'poll', kind: '500-before', times: 3 },
  { operation: 'poll', kind: '429', times: 3 },
  { operation: 'download', kind: 'drop-before', times: 2 },
  { operation: 'download', kind: 'wrong-size', times: 2 },
  { operation: 'list', kind: '500-before' },
  { operation: 'token', kind: '500-before' },
];

interface Storm {
  readonly start: () => Promise<SpawnedGateway>;
  readonly vendors: EmulatedVendors;
  readonly chance: Chance;
  readonly dataFolder: string;
}

async function killRepeatedly({ start, vendors, chance, dataFolder }: Storm): Promise<void> {
  const ownServer = (await databaseFor(dataFolder)).DATABASE_URL === undefined;
  for (let kill = 0; kill < KILLS + KILLS_OF_ALL; kill += 1) {
    await vendors.addFaults([chance.pick(TROUBLES), chance.pick(TROUBLES)]);
    const gateway = await start();
    // Most serve by then, some are still starting.
    await sleep(chance.between(500, 6000));
    await gateway.kill();
    if (kill >= KILLS && ownServer) await endServer(dataFolder);
  }
}

/** Asks for all generations, each under a key of its own, again and again until each was accepted. Answers their ids. */
async function createAll(url: string, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < GENERATIONS; index += 1) {
    ids.push(await createOne(url, index, signal));
    await sleep(100);
  }
  return ids;
}

async function createOne(url: string, index: number, signal: AbortSignal): Promise<string> {
  for (;;) {
    try {
      const response = await fetch(`${url}/v1/video/generations`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${LIVE_KEY}`,
          'content-type': 'application/json',
          'idempotency-key': `k-${index}`,
        },
        body: JSON.stringify({ model: MODELS[index % MODELS.length], prompt: `number ${index}`, duration: 4 }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(15_000)]),
      });
      if (response.status === 200) return ((await response.json()) as { id: string }).id;
      if (response.status < 500) throw new Refused(`${response.status} ${await response.text()}`);
    } catch (error) {
      if (error instanceof Refused || signal.aborted) throw error;
    }
    await sleep(200);
  }
}

class Refused extends Error {}

const OPEN = `select count(*)::int as open, count(*) filter (where a.state = 'unconfirmed')::int as unconfirmed
  from generations g left join attempts a on a.generation_id = g.id and a.state not in ('succeeded', 'failed')
  where g.state in ('queued', 'in_progress')`;

/** Waits, and lets the ten minutes pass after which a create that was never found is given up. */
async function untilEnded(dataFolder: string, vendors: EmulatedVendors): Promise<void> {
  const until = performance.now() + 120_000;
  for (;;) {
    const [{ open, unconfirmed }] = await rows(dataFolder, OPEN);
    if (open === 0) return;
    if (performance.now() > until) throw new Error(`${open} generations are open, ${unconfirmed} unconfirmed`);
    if (open === unconfirmed) {
      await Promise.all([advanceClock(dataFolder, 240), vendors.advanceClock(240)]);
    }
    await sleep(1000);
  }
}

/** How hard it was: how generations ended, and what was seen of their creates. */
async function summary(dataFolder: string): Promise<string> {
  const found = await rows(
    dataFolder,
    `select count(*), coalesce(error_code, state) as what from generations group by 2
      union all select count(*), 'creates: ' || coalesce(evidence ->> 'reason', evidence #>> '{observation,reason}', evidence ->> 'kind')
        from observations where evidence ->> 'kind' <> 'poll' group by 2
      union all select count(*), 'failed downloads' from attempts where collect_failures > 0`,
  );
  return found.map(({ count, what }) => `${count} ${what}`).join('; ');
}

interface End {
  readonly dataFolder: string;
  readonly vendors: EmulatedVendors;
  readonly ids: readonly string[];
}

async function expectOnceAndEnded({ dataFolder, vendors, ids }: End): Promise<void> {
  const attempts = await rows(
    dataFolder,
    `select a.id::text as attempt, 'task_' || g.id as id, g.state, g.error_code, c.provider
      from generations g join attempts a on a.generation_id = g.id join channels c on c.id = a.channel_id`,
  );
  expect(new Set(attempts.map(({ id }) => id))).toEqual(new Set(ids));
  const made = new Map<string, number>();
  for (const { tag, vendor } of await vendors.truth()) {
    const attempt = attempts.find((row) => tag.endsWith(`-${row.attempt}`));
    expect(attempt, `${vendor} made ${tag}, which nobody asked for`).toBeDefined();
    made.set(attempt.id, (made.get(attempt.id) ?? 0) + 1);
  }
  expect([...made].filter(([, count]) => count > 1)).toEqual([]);
  for (const { id, state, error_code, provider } of attempts) {
    expect([state, error_code], id).toBeOneOf([
      ['completed', null],
      ['failed', 'submission_unconfirmed'],
    ]);
    if (state === 'completed') expect(made.get(id), id).toBe(1);
    // What can be looked for was found; Vertex has no list.
    else if (provider !== 'vertex') expect(made.get(id), id).toBeUndefined();
  }
}
