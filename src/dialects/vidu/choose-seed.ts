import { type Catalogue, capabilitiesOf } from '../../domain/catalogue.ts';
import type { Draft } from '../../domain/draft.ts';

/** What clients of Vidu take for a seed (Vidu: common parameters). */
const MOST = 2_147_483_647;

/** A seed where none was asked for, so that the one that is used can be shown: for models that take one. */
export function chooseSeed(
  draft: Draft,
  { catalogue, chance }: { readonly catalogue: Catalogue; readonly chance: () => number },
): Draft {
  const { mode } = draft;
  const model = catalogue.find(draft.model);
  if (draft.seed || !mode || !model) return draft;
  const ranges = catalogue.routesOf(model).flatMap((open) => capabilitiesOf(open, mode.value)?.seed ?? []);
  if (ranges.length === 0) return draft;
  const low = Math.max(1, ...ranges.map(({ min }) => min));
  const high = Math.min(MOST, ...ranges.map(({ max }) => max));
  return { ...draft, seed: { value: low + Math.floor(chance() * (high - low + 1)), param: 'seed' } };
}
