import { describeWords } from '../../application/describe-words.ts';
import type { DraftInput, Named } from '../../domain/draft.ts';
import type { Json } from '../../domain/json.ts';
import { issue, readText, shown } from '../kit/read-fields.ts';

/** `extra_body.operation` of the Seedance compatibility layer: says how the media fields are meant. */
const OPERATIONS = ['reference_to_video', 'edit_video', 'extend_video', 'first_last_frame'] as const;
type Operation = (typeof OPERATIONS)[number];

/** Ark 2.0 has no word for the operation: it is expressed by the roles, so the inputs must fit it. */
export function applyOperation(field: Named<Json>, inputs: readonly DraftInput[]): readonly DraftInput[] {
  const operation = OPERATIONS.find((known) => known === readText(field).value);
  if (!operation)
    throw issue(
      'invalid_value',
      field.param,
      `${field.param} is ${shown(field.value)}; it must be ${describeWords(OPERATIONS)}.`,
    );
  // A single `image` beside an operation on references is one of them.
  const meant =
    operation === 'first_last_frame'
      ? inputs
      : inputs.map((input): DraftInput => (input.role === 'first_frame' ? { ...input, role: 'reference' } : input));
  const need = missing(operation, meant);
  if (need) throw issue('missing_field', need.param, `${field.param} ${operation} needs ${need.words}.`);
  return meant;
}

function missing(
  operation: Operation,
  inputs: readonly DraftInput[],
): { readonly param: string; readonly words: string } | undefined {
  const has = (match: Partial<DraftInput>) =>
    inputs.some(
      (input) =>
        (match.role === undefined || input.role === match.role) &&
        (match.kind === undefined || input.kind === match.kind),
    );
  switch (operation) {
    case 'first_last_frame':
      if (!has({ role: 'first_frame' })) return { param: 'image', words: 'image and last_image' };
      return has({ role: 'last_frame' }) ? undefined : { param: 'last_image', words: 'image and last_image' };
    case 'edit_video':
    case 'extend_video':
      return has({ role: 'reference', kind: 'video' }) ? undefined : { param: 'video', words: 'video (or videos)' };
    case 'reference_to_video':
      return has({ role: 'reference' }) ? undefined : { param: 'images', words: 'images, videos or audios' };
  }
}
