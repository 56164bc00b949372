import { costOfUnits } from '../../src/domain/cost-basis.ts';
import type { Json } from '../../src/domain/json.ts';
import type { Model } from '../../src/domain/model.ts';
import type { Cost } from '../../src/domain/money.ts';
import type { Provider, Usage } from '../../src/domain/provider.ts';
import type { GenerationRequest } from '../../src/domain/request.ts';

/** What a vendor bills at most, or for what was used. */
export const costAt =
  (provider: Provider, own?: Json) =>
  (request: GenerationRequest, model: Model, usage: Usage = {}): Cost | undefined => {
    const basis = provider.basis(request, model, own);
    return basis && costOfUnits(basis.price, provider.unitsUsed(request, usage) ?? basis.units);
  };
