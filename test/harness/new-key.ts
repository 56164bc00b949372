import { createHash, randomUUID } from 'node:crypto';
import type { RunningGateway } from './gateway.ts';
import { rows } from './rows.ts';

/** A test key with these limits (columns of api_keys), of a project of its own. */
export async function newKey(
  gateway: Pick<RunningGateway, 'dataFolder'>,
  limits: Readonly<Record<string, unknown>>,
  { floorMicros }: { readonly floorMicros?: number } = {},
): Promise<string> {
  const key = `sk-test-${randomUUID()}`;
  const names = Object.keys(limits);
  const [made] = await rows(gateway.dataFolder, 'insert into projects (name) values ($1) returning id', [randomUUID()]);
  if (floorMicros !== undefined) {
    await rows(
      gateway.dataFolder,
      `update accounts set floor_micros = $2 where project_id = $1 and kind = 'available'`,
      [made.id, floorMicros],
    );
  }
  await rows(
    gateway.dataFolder,
    `insert into api_keys (project_id, kind, hash, name${names.map((name) => `, ${name}`).join('')})
      values ($1, 'test', $2, 'limited'${names.map((_, index) => `, $${index + 3}`).join('')})`,
    [made.id, createHash('sha256').update(key).digest(), ...Object.values(limits)],
  );
  return key;
}
