import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drive, type Load } from './load.ts';
import { openSetting, type Setting, startServer } from './setting.ts';

/**
 * How many creates a second admission takes, against the same server with the same grouping and a bare durable insert, in
 * turns within one run; then four processes drive a hundred projects to their last cent, and the books are looked at.
 */
const SECONDS = Number(process.env['ONEREEL_BENCH_SECONDS'] ?? 8);
const ROUNDS = Number(process.env['ONEREEL_BENCH_ROUNDS'] ?? 3);
const CONNECTIONS = 50;

async function compare(setting: Setting): Promise<void> {
  const [bare, admission] = [
    await startServer('bare', setting.address),
    await startServer('admission', setting.address),
  ];
  const measure = (url: string, seconds: number) =>
    drive([url], { keys: setting.keys, connections: CONNECTIONS, seconds });
  await measure(bare.url, 3);
  await measure(admission.url, 3);
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const [theirs, ours] = [await measure(bare.url, SECONDS), await measure(admission.url, SECONDS)];
    ratios.push(rate(ours) / rate(theirs));
    console.info(`round ${round}  bare ${told(theirs)}  admission ${told(ours)}  ratio ${ratios.at(-1)?.toFixed(2)}`);
  }
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
  console.info(
    `admission is ${median.toFixed(2)} of the bare insert (median of ${ROUNDS} rounds, ${CONNECTIONS} connections)`,
  );
  await Promise.all([bare.stop(), admission.stop()]);
  await setting.close();
}

async function exhaust(setting: Setting): Promise<void> {
  const servers = await Promise.all(Array.from({ length: 4 }, () => startServer('admission', setting.address)));
  const load = await drive(
    servers.map(({ url }) => url),
    {
      keys: setting.keys,
      connections: CONNECTIONS,
      seconds: 120,
      // Every project is refused many times in a row once all are empty.
      until: ({ refused }) => refused > setting.keys.length * 20,
    },
  );
  const [books] = await setting.database.query<Record<string, unknown>>({ text: BOOKS });
  console.info(
    `exhaustion by ${servers.length} processes: ${told(load)}, ${load.refused} refused, ${load.failed} failed`,
  );
  console.info(
    Object.entries(books ?? {})
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
  await Promise.all(servers.map((server) => server.stop()));
  await setting.close();
  const wrong = Object.entries(books ?? {}).filter(([name, value]) => name !== 'accepted' && String(value) !== '0');
  if (wrong.length > 0 || load.failed > 0 || String(books?.['accepted']) !== String(load.creates)) process.exitCode = 1;
}

const BOOKS = `select
  (select count(*) from generations) as accepted,
  (select count(*) from accounts where balance_micros < floor_micros) as overspent,
  (select count(*) from generations g where 1 <> (select count(*) from ledger_transactions t where t.generation_id = g.id and t.kind = 'hold'))
    as "not held once",
  (select count(*) from accounts a where balance_micros <> (select coalesce(sum(amount_micros), 0) from ledger_entries e where e.account_id = a.id))
    as "accounts that differ from their entries",
  (select deadlocks from pg_stat_database where datname = current_database()) as deadlocks`;

const rate = ({ creates, seconds }: Load): number => creates / seconds;
const told = (load: Load): string =>
  `${rate(load).toFixed(0)}/s (p50 ${load.p50.toFixed(1)} ms, p99 ${load.p99.toFixed(1)} ms)`;

const folder = await mkdtemp(join(tmpdir(), 'onereel-bench-'));
try {
  await compare(await openSetting(join(folder, 'speed'), null));
  await exhaust(await openSetting(join(folder, 'exhaustion'), 10_000_000));
} finally {
  await rm(folder, { recursive: true, force: true });
}
