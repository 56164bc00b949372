import type { Shipped } from './application/overrides.ts';
import { PUBLIC_MODELS } from './catalog/public-models.ts';
import { PROVIDERS } from './providers/registry.ts';

/** What this version offers by itself. */
export const SHIPPED: Shipped = { providers: PROVIDERS, models: PUBLIC_MODELS };
