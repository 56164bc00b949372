import { capabilitiesOf } from '../domain/catalogue.ts';
import type { Draft, DraftInput } from '../domain/draft.ts';
import type { Issue } from '../domain/issue.ts';
import type { InputRule } from '../domain/model.ts';
import type { Warning } from '../domain/request.ts';
import { misfitsOf } from './check-facts.ts';
import { togetherIssues } from './check-together.ts';
import type { Context } from './context.ts';
import { decideDelivery } from './decide-delivery.ts';
import { type KeepOutcome, type KeptInput, keepInput } from './keep-input.ts';
import type { Checked } from './plan-routes.ts';
import type { Scope } from './ports.ts';
import { refusalOf } from './refusal.ts';
import { checkByProvider } from './resolve-request.ts';

export interface KeptInputs {
  /** The candidates that take these inputs, each with the way its vendor gets them. */
  readonly candidates: Checked['candidates'];
  readonly ids: readonly bigint[];
  readonly warnings: readonly Warning[];
}

type Candidate = Checked['candidates'][number];

interface Asked {
  readonly draft: Draft;
  readonly scope: Scope;
  readonly checked: Checked;
}

/**
 * Learns what lies behind every input, checks it against the routes, and decides how each reaches the vendor, before
 * money is held. Throws a Refusal that names each bad one.
 */
export async function keepInputs(ctx: Context, { draft, scope, checked }: Asked): Promise<KeptInputs> {
  const outcomes = await Promise.all(draft.inputs.map((input) => keepOne(ctx, { input, scope, checked })));
  const issues = outcomes.flatMap((outcome) => ('issues' in outcome ? outcome.issues : []));
  if (issues.length > 0) throw refusalOf(issues);
  const kept = outcomes.flatMap((outcome) => ('issues' in outcome ? [] : [outcome]));
  const offers = checked.candidates.map((candidate) => offerTo(ctx, { candidate, kept, draft }));
  const candidates = offers.flatMap((one) => ('issues' in one ? [] : [one]));
  const [wrong] = offers.flatMap((one) => ('issues' in one ? [one.issues] : []));
  if (candidates.length === 0 && wrong) throw refusalOf(wrong);
  return {
    candidates,
    ids: [...new Set(kept.flatMap(({ stored }) => (stored ? [stored.id] : [])))],
    warnings: kept.flatMap(({ warnings }) => warnings),
  };
}

function keepOne(
  ctx: Context,
  { input, scope, checked }: { readonly input: DraftInput; readonly scope: Scope; readonly checked: Checked },
): Promise<KeepOutcome> {
  const rules = checked.candidates.flatMap((candidate) => ruleFor(candidate, input) ?? []);
  // Of several routes, the one that wants bytes decides: what is kept can be sent to all.
  const rule = rules.find(({ as }) => as === 'bytes') ?? rules[0];
  if (!rule) throw new Error('an input that no route takes was not refused');
  const inlineBytes = Math.min(...checked.candidates.map(({ open }) => open.provider.bodyBytes));
  return keepInput(ctx, { input, scope, rule, inlineBytes });
}

const ruleFor = ({ open, request }: Candidate, { role, kind }: DraftInput): InputRule | undefined =>
  capabilitiesOf(open, request.mode)?.inputs.find((rule) => rule.role === role && rule.kind === kind);

/** Members that every body has: names, numbers, the tag. */
const FRAME_BYTES = 4096;

/** A candidate with its inputs, or why it cannot take them. */
function offerTo(
  { publicUrl }: Context,
  {
    candidate,
    kept,
    draft,
  }: { readonly candidate: Candidate; readonly kept: readonly KeptInput[]; readonly draft: Draft },
): Candidate | { readonly issues: readonly Issue[] } {
  const { open, request } = candidate;
  const capabilities = capabilitiesOf(open, request.mode);
  if (!capabilities) throw new Error('a candidate lost its mode');
  const ruleOf = ({ draft: input }: KeptInput): InputRule | undefined => ruleFor(candidate, input);
  const own = kept.flatMap((input): readonly Issue[] => {
    const rule = ruleOf(input);
    const { param } = input.draft;
    const wrong = rule ? misfitsOf(input.facts, rule) : [];
    return wrong.map(({ text }) => ({ param, code: 'input_invalid', message: `${param} ${text}` }));
  });
  const delivered = decideDelivery(kept, {
    ruleOf,
    bodyBytes: open.provider.bodyBytes,
    otherBytes: FRAME_BYTES + Buffer.byteLength(request.prompt) + JSON.stringify(request.options).length,
    hasPublicAddress: publicUrl !== undefined,
  });
  const issues = [...own, ...togetherIssues(kept, capabilities), ...('issues' in delivered ? delivered.issues : [])];
  if (issues.length > 0 || 'issues' in delivered) return { issues };
  const full = { ...request, inputs: delivered.inputs };
  // Again, now that lengths are known.
  const late = checkByProvider({ draft, open }, full);
  return late.length > 0 ? { issues: late } : { open, request: full };
}
