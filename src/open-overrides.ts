import { checkOverride, type Override, type OverrideProblem } from './application/overrides.ts';
import { type InForce, type OverrideEntry, overridesInForce } from './application/overrides-in-force.ts';
import type { Log } from './application/ports.ts';
import type { Pricing } from './application/pricing.ts';
import { buildCatalogue } from './catalog/catalogue.ts';
import type { Catalogue } from './domain/catalogue.ts';
import type { Database } from './postgres/database.ts';
import { readOverrides } from './postgres/overrides.ts';
import { SHIPPED } from './shipped.ts';

/** Prices, rates and models as they are in force: what is shipped, the file's, the admin API's. */
export interface Overrides {
  readonly pricing: Pricing;
  readonly catalogue: Catalogue;
  /** Whether an operator may set this; `undefined` when so. */
  check(override: Override): OverrideProblem | undefined;
  /** Makes what was just written count in this process at once; the others read it within two seconds. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** With a query that takes its time, no more than two seconds pass before a change counts. */
const READ_EVERY_SECONDS = 1.5;

interface Snapshot {
  readonly text: string;
  readonly inForce: InForce;
  readonly catalogue: Catalogue;
}

/** Reads what is in force, and keeps reading. While the database is away what was read last counts. */
export async function openOverrides(
  database: Database,
  { file, log }: { readonly file: readonly OverrideEntry[]; readonly log: Log },
): Promise<Overrides> {
  let now = await read(database, file);
  warnOf(now, log);
  let turn = Promise.resolve();
  const refresh = (): Promise<void> => {
    const next = turn.then(async () => {
      const before = now;
      now = await read(database, file, before);
      if (now !== before) warnOf(now, log);
    });
    turn = next.catch(() => {});
    return next;
  };
  const timer = setInterval(() => {
    refresh().catch((error: unknown) => log.warn('overrides.not_read', { error }));
  }, READ_EVERY_SECONDS * 1000);
  timer.unref();
  return {
    pricing: {
      rate: (currency) => now.inForce.pricing.rate(currency),
      own: (provider, model) => now.inForce.pricing.own(provider, model),
    },
    catalogue: {
      get models() {
        return now.catalogue.models;
      },
      find: (id) => now.catalogue.find(id),
      routesOf: (model) => now.catalogue.routesOf(model),
      get knownNames() {
        return now.catalogue.knownNames;
      },
    },
    check: (override) => checkOverride(SHIPPED, override),
    refresh,
    close: () => {
      clearInterval(timer);
      return turn;
    },
  };
}

/** What was read before is kept where nothing changed: a catalogue is not built anew for each look. */
async function read(database: Database, file: readonly OverrideEntry[], before?: Snapshot): Promise<Snapshot> {
  const { entries, nowUnixSeconds } = await readOverrides(database);
  const come = file.filter(({ from }) => from === undefined || from <= nowUnixSeconds);
  const text = JSON.stringify([come, entries]);
  if (before?.text === text) return before;
  const inForce = overridesInForce(SHIPPED, { file, admin: entries, nowUnixSeconds });
  return { text, inForce, catalogue: buildCatalogue(inForce.models, SHIPPED.providers) };
}

function warnOf({ inForce }: Snapshot, log: Log): void {
  if (inForce.unusable.length > 0) log.warn('overrides.unusable', { names: inForce.unusable });
}
