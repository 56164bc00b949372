import { Refusal } from '../../application/refusal.ts';
import type { Named } from '../../domain/draft.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { type Fields, issue, refuseHeap, shown } from '../kit/read-fields.ts';

/**
 * Flattens a body: keys of `extra_body` may also stand at the top level. The same key at both places must agree.
 */
export function readFields(body: Json): Fields {
  if (!isJsonObject(body)) throw new Refusal('invalid_json', 'The body must be a JSON object.');
  refuseHeap(body, 'The body');
  const fields = new Map<string, Named<Exclude<Json, null>>>();
  for (const [name, value] of Object.entries(body)) {
    if (name !== 'extra_body' && value !== null) fields.set(name, { value, param: name });
  }
  for (const [name, value] of Object.entries(readExtraBody(body))) {
    if (value === null) continue;
    const above = fields.get(name);
    if (above && JSON.stringify(above.value) !== JSON.stringify(value)) {
      throw issue(
        'conflicting_inputs',
        `extra_body.${name}`,
        `${name} stands at the top level and in extra_body with different values. Send it once.`,
      );
    }
    if (!above) fields.set(name, { value, param: `extra_body.${name}` });
  }
  return fields;
}

function readExtraBody(body: JsonObject): JsonObject {
  const extra = body['extra_body'] ?? {};
  if (isJsonObject(extra)) {
    refuseHeap(extra, 'extra_body');
    return extra;
  }
  throw issue('invalid_value', 'extra_body', `extra_body is ${shown(extra)}; it must be an object.`);
}
