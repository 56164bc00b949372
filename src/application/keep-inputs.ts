import { capabilitiesOf } from '../domain/catalogue.ts';
import type { Draft, DraftInput } from '../domain/draft.ts';
import type { Issue } from '../domain/issue.ts';
import type { InputRule } from '../domain/model.ts';
import type { Input, InputRole, InputSource, MediaKind } from '../domain/request.ts';
import type { Context } from './context.ts';
import { fieldOf, inputNoun } from './input-words.ts';
import type { Checked } from './plan-routes.ts';
import type { Scope, StoredInput } from './ports.ts';
import { refusalOf } from './refusal.ts';

export interface KeptInputs {
  readonly inputs: readonly Input<InputSource>[];
  readonly ids: readonly bigint[];
}

/**
 * Takes copies of what a vendor cannot fetch itself: data URIs, and every input of a vendor that wants bytes. They are
 * checked here, before money is held. Throws a Refusal that names each bad one.
 */
export async function keepInputs(
  ctx: Context,
  { draft, scope, checked }: { draft: Draft; scope: Scope; checked: Checked },
): Promise<KeptInputs> {
  const kept = await Promise.all(
    draft.inputs.map((input) => keepInput(ctx, { input, scope, rule: strictestRule(checked, input) })),
  );
  const issues = kept.flatMap((one) => ('issue' in one ? [one.issue] : []));
  const inputs = kept.flatMap((one) => ('input' in one ? [one.input] : []));
  const wrong = [...issues, ...tooLongTogether(draft, checked, inputs)];
  if (wrong.length > 0) throw refusalOf(wrong);
  return {
    inputs,
    ids: [...new Set(kept.flatMap((one) => ('id' in one && one.id !== undefined ? [one.id] : [])))],
  };
}

/** Videos and sounds whose lengths are known, against the limit that a model sets for all of a kind. */
function tooLongTogether(draft: Draft, checked: Checked, inputs: readonly Input<InputSource>[]): readonly Issue[] {
  const firsts = draft.inputs.filter(({ role, kind }, index) => index === firstOf(draft, role, kind));
  return firsts.flatMap((first): readonly Issue[] => {
    const most = strictestRule(checked, first)?.seconds?.total;
    const same = inputs.filter(({ role, kind }) => role === first.role && kind === first.kind);
    const total = same.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
    if (most === undefined || total <= most + ROUNDING_SECONDS) return [];
    const param = fieldOf(first.param);
    const message = `${param} holds ${inputNoun(first, same.length)} of ${Math.round(total * 10) / 10} s in all; at most ${most} s are allowed.`;
    return [{ param, code: 'input_invalid', message }];
  });
}

const firstOf = (draft: Draft, role: InputRole, kind: MediaKind): number =>
  draft.inputs.findIndex((input) => input.role === role && input.kind === kind);

/** Lengths are measured in frames and samples; limits are meant in whole seconds. */
const ROUNDING_SECONDS = 0.05;

type Kept = { readonly input: Input<InputSource>; readonly id?: bigint } | { readonly issue: Issue };

/** Of several routes, the one that wants bytes decides: what is kept can be sent to all. */
function strictestRule(checked: Checked, input: DraftInput): InputRule | undefined {
  const rules = checked.candidates.flatMap(({ open, request }) =>
    (capabilitiesOf(open, request.mode)?.inputs ?? []).filter(
      ({ role, kind }) => role === input.role && kind === input.kind,
    ),
  );
  return rules.find(({ as }) => as === 'bytes') ?? rules[0];
}

async function keepInput(
  ctx: Context,
  { input, scope, rule }: { input: DraftInput; scope: Scope; rule: InputRule | undefined },
): Promise<Kept> {
  const { role, kind, url, param } = input;
  if (!rule || (rule.as !== 'bytes' && !url.startsWith('data:'))) return { input: { role, kind, source: { url } } };
  const stored = await ctx.media.keepInput(scope, { url }, { maxBytes: rule.maxBytes });
  if ('refused' in stored) {
    return {
      issue: {
        param,
        code: stored.refused === 'unreachable' ? 'input_unreachable' : 'input_invalid',
        message: `${param} cannot be used: ${stored.reason}`,
      },
    };
  }
  const wrong = wrongFact(stored, rule);
  if (wrong !== undefined) return { issue: { param, code: 'input_invalid', message: `${param} ${wrong}` } };
  const { facts, storageKey, id } = stored;
  const length = facts.seconds === undefined ? {} : { seconds: facts.seconds };
  return {
    input: {
      role,
      kind,
      source: { stored: storageKey, mediaType: facts.mediaType, bytes: facts.bytes, ...length },
      ...length,
    },
    id,
  };
}

function wrongFact({ facts }: StoredInput, rule: InputRule): string | undefined {
  if (facts.kind !== rule.kind)
    return `is ${facts.mediaType}; it must be ${rule.kind === 'video' ? 'a video' : rule.kind === 'image' ? 'an image' : 'a sound'}.`;
  if (!rule.mediaTypes.includes(facts.mediaType))
    return `is ${facts.mediaType}; this model takes ${rule.mediaTypes.join(', ')}.`;
  if (facts.bytes > rule.maxBytes) return `has ${facts.bytes} bytes; at most ${rule.maxBytes} are allowed.`;
  const { seconds } = rule;
  if (
    seconds &&
    facts.seconds !== undefined &&
    (facts.seconds < seconds.min || facts.seconds > seconds.max + ROUNDING_SECONDS)
  ) {
    return `is ${facts.seconds} s long; this model takes ${seconds.min} to ${seconds.max} s.`;
  }
  return undefined;
}
