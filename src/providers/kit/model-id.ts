import { isJsonObject } from '../../domain/json.ts';
import type { Submission } from '../../domain/provider.ts';

/**
 * The id to send for a model: the vendor's own, unless the channel's setting `models` names another one (an Ark endpoint
 * `ep-…`, a renamed Veo). Facts and prices stay those of the model.
 */
export function sentModelId({ model, settings }: Pick<Submission, 'model' | 'settings'>): string {
  const renamed = settings['models'];
  const id = isJsonObject(renamed) ? renamed[model.id] : undefined;
  return typeof id === 'string' && id !== '' ? id : model.id;
}
