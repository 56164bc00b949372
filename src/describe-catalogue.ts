import { describeModels } from './application/describe-models.ts';
import type { ModelDescription } from './application/model-description.ts';
import { buildCatalogue } from './catalog/catalogue.ts';
import { PUBLIC_MODELS } from './catalog/public-models.ts';
import { PROVIDERS } from './providers/registry.ts';

/** What this version can call, without a server. */
export const describeCatalogue = (): readonly ModelDescription[] =>
  describeModels(buildCatalogue(PUBLIC_MODELS, PROVIDERS));
