import { capabilitiesOf } from '../domain/catalogue.ts';
import type { Draft, DraftInput } from '../domain/draft.ts';
import { fileIdInAddress, parseFileId } from '../domain/file-id.ts';
import type { Issue } from '../domain/issue.ts';
import { misfitsOf } from './check-facts.ts';
import { togetherIssues } from './check-together.ts';
import type { Context } from './context.ts';
import { gone, invalid, type KeepOutcome, type KeptInput, refused } from './keep-input.ts';
import type { Checked } from './plan-routes.ts';
import type { MediaFact, MediaRefusal, Scope } from './ports.ts';
import { refusalOf } from './refusal.ts';
import { checkByProvider } from './resolve-request.ts';

interface Asked {
  readonly draft: Draft;
  readonly scope: Scope;
  readonly checked: Checked;
}

type Candidate = Checked['candidates'][number];

/**
 * Learns how long the videos among the inputs are, because a price may follow from it; nothing of them is kept. Pictures
 * and sounds change no price and are not looked at. Throws a Refusal that names each video that no route takes.
 */
export async function measureInputs(ctx: Context, { draft, scope, checked }: Asked): Promise<Checked['candidates']> {
  const videos = draft.inputs.filter(({ kind }) => kind === 'video');
  if (videos.length === 0) return checked.candidates;
  const outcomes = await Promise.all(videos.map((input) => measureOne(ctx, { input, scope, checked })));
  const issues = outcomes.flatMap((outcome) => ('issues' in outcome ? outcome.issues : []));
  if (issues.length > 0) throw refusalOf(issues);
  const measured = outcomes.flatMap((outcome) => ('issues' in outcome ? [] : [outcome]));
  const offers = checked.candidates.map((candidate) => withLengths(candidate, { draft, measured }));
  const candidates = offers.flatMap((offer) => ('issues' in offer ? [] : [offer]));
  const [wrong] = offers.flatMap((offer) => ('issues' in offer ? [offer.issues] : []));
  if (candidates.length === 0 && wrong) throw refusalOf(wrong);
  return candidates;
}

async function measureOne(
  ctx: Context,
  { input, scope, checked }: { readonly input: DraftInput; readonly scope: Scope; readonly checked: Checked },
): Promise<KeepOutcome> {
  const [rule] = checked.candidates.flatMap((candidate) => ruleFor(candidate, input) ?? []);
  if (!rule) throw new Error('an input that no route takes was not refused');
  const seen = await look(ctx, { input, scope, maxBytes: rule.maxBytes });
  if (seen === 'gone') return gone(input);
  if ('refused' in seen) return refused(input, seen);
  const wrong = misfitsOf(seen.facts, rule);
  return wrong.length > 0 ? invalid(input, wrong) : { draft: input, facts: seen.facts, warnings: [] };
}

const ruleFor = ({ open, request }: Candidate, { role, kind }: DraftInput) =>
  capabilitiesOf(open, request.mode)?.inputs.find((rule) => rule.role === role && rule.kind === kind);

async function look(
  { files, media }: Context,
  { input, scope, maxBytes }: { readonly input: DraftInput; readonly scope: Scope; readonly maxBytes: number },
): Promise<{ readonly facts: MediaFact } | MediaRefusal | 'gone'> {
  const named = parseFileId(input.url);
  const id = named ?? fileIdInAddress(input.url);
  const file = id === undefined ? undefined : await files.read(scope, id);
  if (file) return file;
  return named === undefined ? media.measure(input.url, { maxBytes }) : 'gone';
}

/** A candidate that knows how long its videos are, or why it cannot take them. */
function withLengths(
  { open, request }: Candidate,
  { draft, measured }: { readonly draft: Draft; readonly measured: readonly KeptInput[] },
): Candidate | { readonly issues: readonly Issue[] } {
  const capabilities = capabilitiesOf(open, request.mode);
  if (!capabilities) throw new Error('a candidate lost its mode');
  const together = togetherIssues(measured, capabilities);
  if (together.length > 0) return { issues: together };
  const inputs = request.inputs.map((input, index) => {
    const found = measured.find((one) => one.draft === draft.inputs[index]);
    return found?.facts.seconds === undefined ? input : { ...input, seconds: found.facts.seconds };
  });
  const full = { ...request, inputs };
  const late = checkByProvider({ draft, open }, full);
  return late.length > 0 ? { issues: late } : { open, request: full };
}
