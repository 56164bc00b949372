import { overridesInForce } from './application/overrides-in-force.ts';
import type { Finding } from './cli/findings.ts';
import type { Config } from './config.ts';
import type { Database } from './postgres/database.ts';
import { readOverrides } from './postgres/overrides.ts';
import { SHIPPED } from './shipped.ts';

/** Whether there is a rate for every currency that a configured vendor bills in: without one its models have no price. */
export async function rateFindings(
  { channels, overrides }: Config,
  database: Database | undefined,
): Promise<readonly Finding[]> {
  const billing = SHIPPED.providers.filter(({ id }) => channels.some(({ provider }) => provider === id));
  const currencies = [...new Set(billing.map(({ currency }) => currency))].filter((currency) => currency !== 'USD');
  if (currencies.length === 0) return [];
  // A database that was not set up by this version is another finding's.
  const set = await (database && readOverrides(database))?.catch(() => undefined);
  const { pricing } = overridesInForce(SHIPPED, {
    file: overrides,
    admin: set?.entries ?? [],
    nowUnixSeconds: set?.nowUnixSeconds ?? Date.now() / 1000,
  });
  return currencies.map((currency): Finding => {
    const name = `rate ${currency}`;
    const rate = pricing.rate(currency);
    if (rate) return { name, state: 'ok', message: `$${rate.usd} since ${rate.date}` };
    const vendors = billing.filter((provider) => provider.currency === currency).map((provider) => provider.name);
    return {
      name,
      state: 'warning',
      message: `none is set, and ${vendors.join(' and ')} bill${vendors.length > 1 ? '' : 's'} in ${currency}: requests for them alone are answered 503 price_missing`,
      fix: `Set rates.${currency} in onereel.yaml, as in rates: { ${currency}: { usd: 0.14, date: 2026-11-20 } }, or POST /admin/v1/rates.`,
    };
  });
}
