import type { AccountStates } from './application/account-state.ts';
import type { DialectParts } from './dialects/kit/dialect-parts.ts';
import { uniallRoutes } from './dialects/uniall/routes.ts';
import { VIDU_PREFIXES } from './dialects/vidu/endpoints.ts';
import { viduError } from './dialects/vidu/refusals.ts';
import { viduRoutes } from './dialects/vidu/routes.ts';
import type { ServerOptions } from './http/server.ts';

/** The protocols that callers speak, with the error forms of those that have their own. */
export const mountDialects = (
  parts: DialectParts & { readonly accounts: AccountStates },
): Required<Pick<ServerOptions, 'plugins' | 'errorForms'>> => ({
  plugins: [
    uniallRoutes(parts),
    viduRoutes({ ...parts, chance: Math.random, nowUnixSeconds: () => Date.now() / 1000 }),
  ],
  errorForms: [{ prefixes: VIDU_PREFIXES, render: viduError }],
});
