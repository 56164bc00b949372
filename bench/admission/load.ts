import { Pool } from 'undici';

export interface Load {
  readonly creates: number;
  readonly refused: number;
  readonly failed: number;
  readonly seconds: number;
  /** Milliseconds that half, and all but one in a hundred, of the answers took at most. */
  readonly p50: number;
  readonly p99: number;
}

const BODY = JSON.stringify({
  model: 'viduq3t-720p',
  prompt: 'A red fox runs through fresh snow at dawn, filmed from the side, with its breath in the cold air. '.repeat(
    6,
  ),
  duration: 5,
  aspect_ratio: '16:9',
  metadata: { order: 'bench' },
});

/** Creates over so many open connections, the keys in turn, for so long or until `until` says so. */
export async function drive(
  urls: readonly string[],
  {
    keys,
    connections,
    seconds,
    until,
  }: {
    keys: readonly string[];
    connections: number;
    seconds: number;
    until?: (load: { accepted: number; refused: number }) => boolean;
  },
): Promise<Load> {
  const pools = urls.map((url) => new Pool(url, { connections: Math.ceil(connections / urls.length) }));
  const took: number[] = [];
  const counts = { accepted: 0, refused: 0, failed: 0 };
  const begun = performance.now();
  const end = begun + seconds * 1000;
  let turn = 0;
  const worker = async (index: number): Promise<void> => {
    const pool = pools[index % pools.length];
    while (pool && performance.now() < end && until?.(counts) !== true) {
      const from = performance.now();
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/v1/video/generations',
        headers: { authorization: `Bearer ${keys[turn++ % keys.length]}`, 'content-type': 'application/json' },
        body: BODY,
      });
      await body.dump();
      took.push(performance.now() - from);
      counts[statusCode === 200 ? 'accepted' : statusCode === 402 ? 'refused' : 'failed'] += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => worker(index)));
  const lasted = (performance.now() - begun) / 1000;
  await Promise.all(pools.map((pool) => pool.close()));
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return {
    creates: counts.accepted,
    refused: counts.refused,
    failed: counts.failed,
    seconds: lasted,
    p50: at(0.5),
    p99: at(0.99),
  };
}
