import { checkOverride } from './application/overrides.ts';
import { ConfigError, type FileOverride } from './config.ts';
import { SHIPPED } from './shipped.ts';

/** Refuses prices, rates and models of the file that cannot be used. Throws ConfigError. */
export function refuseOverrides(overrides: readonly FileOverride[]): void {
  for (const override of overrides) {
    const problem = checkOverride(SHIPPED, override);
    if (problem === undefined) continue;
    const message = problem.message.replace(/^value/, override.place);
    throw new ConfigError(message === problem.message ? `${override.place}: ${message}` : message);
  }
}
