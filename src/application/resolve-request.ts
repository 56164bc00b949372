import type { Catalogue, OpenRoute } from '../domain/catalogue.ts';
import type { Draft, DraftInput } from '../domain/draft.ts';
import type { Issue } from '../domain/issue.ts';
import type { Capabilities } from '../domain/model.ts';
import type { GenerationRequest, Mode, Warning } from '../domain/request.ts';
import { fieldOf, inputName } from './input-words.ts';
import {
  ignored,
  resolveAspectRatio,
  resolveAudio,
  resolveOffPeak,
  resolvePrompt,
  resolveSeconds,
  resolveSeed,
  resolveTier,
} from './resolve-fields.ts';
import { checkInputs } from './resolve-inputs.ts';
import { resolveOptions } from './resolve-options.ts';

/** What came of a field: its value, and what to tell the caller. */
export interface Resolved<T> {
  readonly value: T;
  readonly issues?: readonly Issue[];
  readonly warnings?: readonly Warning[];
}

/** What every field's resolution looks at. */
export interface Question {
  readonly draft: Draft;
  readonly mode: Mode;
  readonly capabilities: Capabilities;
  readonly open: OpenRoute;
  readonly catalogue: Catalogue;
}

export type Resolution =
  | { readonly request: GenerationRequest; readonly warnings: readonly Warning[] }
  | { readonly issues: readonly Issue[] };

/** What the endpoint says, else what the inputs ask for. Refuses mixes that mean nothing anywhere. */
export function modeOf(draft: Draft): { readonly mode: Mode } | { readonly issues: readonly Issue[] } {
  if (draft.mode) return { mode: draft.mode.value };
  const of = (role: DraftInput['role']) => draft.inputs.find((input) => input.role === role);
  const [first, last, reference, source] = [of('first_frame'), of('last_frame'), of('reference'), of('source')];
  const groups = [first ?? last, reference, source].filter((input) => input !== undefined);
  const [one, two] = groups;
  if (one && two) {
    return {
      issues: [
        {
          param: fieldOf(two.param),
          code: 'conflicting_inputs',
          message: `${fieldOf(one.param)} and ${fieldOf(two.param)} cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.`,
        },
      ],
    };
  }
  if (last && !first) {
    const name = inputName(draft, { role: 'first_frame', kind: 'image' });
    return {
      issues: [
        {
          param: last.param,
          code: 'conflicting_inputs',
          message: `${last.param} is only supported together with ${name}. Send both, or send this picture as ${name}.`,
        },
      ],
    };
  }
  if (source) return { mode: 'extend' };
  if (reference) return { mode: 'references' };
  if (last) return { mode: 'frames' };
  return { mode: first ? 'image' : 'text' };
}

/** Resolves every field against one route: defaults filled in, everything that cannot be served named. */
export function resolveRequest(question: Question): Resolution {
  const { draft, mode, open, capabilities } = question;
  const prompt = resolvePrompt(question);
  const seconds = resolveSeconds(question);
  const tier = resolveTier(question, seconds.value);
  const ratio = resolveAspectRatio(question, tier.value.ratio);
  const audio = resolveAudio(question);
  const seed = resolveSeed(question);
  const offPeak = resolveOffPeak(question);
  const options = resolveOptions(question);
  const parts = [prompt, seconds, tier, ratio, audio, seed, offPeak, options];
  const issues = [...checkInputs(question), ...parts.flatMap((part) => part.issues ?? [])];
  const request: GenerationRequest = {
    mode,
    prompt: prompt.value,
    inputs: draft.inputs.map(({ role, kind, url }) => ({ role, kind, source: { url } })),
    seconds: seconds.value,
    resolution: tier.value.resolution,
    ...(ratio.value !== undefined && { aspectRatio: ratio.value }),
    audio: audio.value,
    ...(seed.value !== undefined && { seed: seed.value }),
    offPeak: offPeak.value,
    options: options.value,
  };
  if (issues.length > 0) return { issues };
  const found = checkByProvider(question, request);
  if (found.length > 0) return { issues: found };
  const adjusted = open.provider.adjustPrompt?.(request.prompt);
  return {
    // The caller's own prompt is kept and shown; the provider makes the same adjustment when it sends.
    request,
    warnings: [
      ...parts.flatMap((part) => part.warnings ?? []),
      ...(adjusted?.warning ? [{ ...adjusted.warning, param: wireName(draft, adjusted.warning.param) }] : []),
      ...ignoredByVendor(question, request),
      ...offPeakWarnings(question, capabilities),
    ],
  };
}

function offPeakWarnings({ open, draft }: Question, capabilities: Capabilities): readonly Warning[] {
  return open.route.offPeak && !capabilities.offPeak
    ? [{ code: 'off_peak_unavailable', param: 'model', message: `${draft.model} has no off-peak hours in this mode.` }]
    : [];
}

function ignoredByVendor({ draft, open }: Question, request: GenerationRequest): readonly Warning[] {
  const found = open.provider.ignored?.(request, open.model) ?? [];
  return found.flatMap(({ param, reason }) => {
    const name = param.replace(/^options\./, '');
    return ignored(wireName(draft, param), reason, request.options[name]).warnings;
  });
}

/** The provider speaks in neutral names; the caller hears its own. */
export function checkByProvider(
  { draft, open }: Pick<Question, 'draft' | 'open'>,
  request: GenerationRequest,
): readonly Issue[] {
  const issues = open.provider.check?.(request, open.model) ?? [];
  return issues.map((issue) => ({ ...issue, param: wireName(draft, issue.param) }));
}

/** The caller's name of a neutral field such as `seconds`, `reference.audio` or `options.style`. */
function wireName(draft: Draft, neutral: string): string {
  const fields: Record<string, { readonly param: string } | undefined> = {
    prompt: draft.prompt,
    seconds: draft.seconds,
    resolution: draft.size,
    aspect_ratio: draft.aspectRatio,
    audio: draft.audio,
    seed: draft.seed,
    off_peak: draft.offPeak,
  };
  const field = fields[neutral] ?? draft.options[neutral.replace(/^options\./, '')];
  if (field) return field.param;
  const [role, kind] = neutral.split('.');
  const input = draft.inputs.find(
    (candidate) => candidate.role === role && (kind === undefined || candidate.kind === kind),
  );
  return input ? fieldOf(input.param) : neutral.replace(/^options\./, '');
}
