import type { Issue } from '../domain/issue.ts';
import type { InputRule } from '../domain/model.ts';
import type { Input, InputSource } from '../domain/request.ts';
import { inputNoun } from './input-words.ts';
import { base64Chars, type KeptInput } from './keep-input.ts';
import type { StoredInput } from './ports.ts';

/** What a vendor can take. */
export interface Delivery {
  readonly ruleOf: (input: KeptInput) => InputRule | undefined;
  /** Most bytes of the request with what goes inside it. */
  readonly bodyBytes: number;
  /** What the request has without its inputs. */
  readonly otherBytes: number;
  /** Whether vendors can reach links of ours. */
  readonly hasPublicAddress: boolean;
}

type Way = { readonly input: KeptInput; readonly send: 'inline' | 'link' | 'address' | 'none' };

/**
 * How each input reaches the vendor: inside the request while that stays small enough, else by a link of ours, else by
 * the caller's own address. What cannot be delivered is refused now and never later.
 */
export function decideDelivery(
  inputs: readonly KeptInput[],
  delivery: Delivery,
): { readonly inputs: readonly Input<InputSource>[] } | { readonly issues: readonly Issue[] } {
  const first = inputs.map((input): Way => ({ input, send: firstWay(input, delivery) }));
  const ways = lighten(first, delivery);
  const issues = [...ways.filter(({ send }) => send === 'none').map(unsendable), ...tooHeavy(ways, delivery)];
  return issues.length > 0 ? { issues } : { inputs: ways.map(inputOf) };
}

function firstWay(input: KeptInput, delivery: Delivery): Way['send'] {
  if (!input.stored) return 'address';
  return delivery.ruleOf(input)?.as === 'url' ? byAddress(input, delivery) : 'inline';
}

const byAddress = ({ address }: KeptInput, { hasPublicAddress }: Delivery): 'link' | 'address' | 'none' =>
  hasPublicAddress ? 'link' : address === undefined ? 'none' : 'address';

/** The largest inputs leave the body until the rest fits. */
function lighten(ways: readonly Way[], delivery: Delivery): readonly Way[] {
  const movable = ways.filter(
    ({ input, send }) =>
      send === 'inline' && delivery.ruleOf(input)?.as !== 'bytes' && byAddress(input, delivery) !== 'none',
  );
  const [largest] = movable.toSorted((a, b) => b.input.facts.bytes - a.input.facts.bytes);
  if (!largest || weightOf(ways, delivery) <= delivery.bodyBytes) return ways;
  const moved = ways.map((way) => (way === largest ? { ...way, send: byAddress(way.input, delivery) } : way));
  return lighten(moved, delivery);
}

const weightOf = (ways: readonly Way[], { otherBytes }: Delivery): number =>
  ways.reduce((sum, { input, send }) => sum + (send === 'inline' ? base64Chars(input.facts.bytes) : 0), otherBytes);

const WAYS_OUT =
  'give a public URL, or let whoever runs this server set ONEREEL_PUBLIC_URL, so that the vendor can fetch it from here.';

function unsendable({ input: { draft } }: Way): Issue {
  const message = `${draft.param} cannot be delivered: the vendor takes a ${inputNoun(draft)} only by a public address, and this server has none; ${WAYS_OUT}`;
  return { param: draft.param, code: 'input_invalid', message };
}

function tooHeavy(ways: readonly Way[], delivery: Delivery): readonly Issue[] {
  const weight = weightOf(ways, delivery);
  const inline = ways.filter(({ send }) => send === 'inline');
  const [largest] = inline.toSorted((a, b) => b.input.facts.bytes - a.input.facts.bytes);
  if (!largest || weight <= delivery.bodyBytes) return [];
  const { draft, facts } = largest.input;
  const others = inline.length > 1 ? ` and ${inline.length - 1} more` : '';
  const wayOut = delivery.ruleOf(largest.input)?.as === 'bytes' ? 'send it smaller.' : `send it smaller, ${WAYS_OUT}`;
  const message = `${draft.param} has ${facts.bytes} bytes: with it${others} inside, the request to the vendor has ${weight} bytes, and at most ${delivery.bodyBytes} are allowed; ${wayOut}`;
  return [{ param: draft.param, code: 'input_invalid', message }];
}

function inputOf({ input, send }: Way): Input<InputSource> {
  const { draft, facts, stored, address } = input;
  const { role, kind } = draft;
  const length = facts.seconds === undefined ? {} : { seconds: facts.seconds };
  return { role, kind, source: sourceOf({ send, stored, address }, length), ...length };
}

function sourceOf(
  {
    send,
    stored,
    address,
  }: { readonly send: Way['send']; readonly stored: StoredInput | undefined; readonly address: string | undefined },
  length: { readonly seconds?: number },
): InputSource {
  if (stored && (send === 'inline' || send === 'link')) {
    const { mediaType, bytes } = stored.facts;
    return { stored: stored.storageKey, mediaType, bytes, ...length, id: String(stored.id), send };
  }
  if (address === undefined) throw new Error('an input without a copy has an address');
  return { url: address };
}
