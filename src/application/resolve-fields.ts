import type { Issue, IssueCode } from '../domain/issue.ts';
import { lookUp } from '../domain/json.ts';
import type { Capabilities, Pixels } from '../domain/model.ts';
import { ASPECT_RATIOS, type AspectRatio, RESOLUTIONS, type Resolution, type Warning } from '../domain/request.ts';
import { quote } from './resolve-inputs.ts';
import type { Question, Resolved } from './resolve-request.ts';

const issue = (param: string, code: IssueCode, message: string): { readonly issues: readonly Issue[] } => ({
  issues: [{ param, code, message }],
});

/** A known field that this model has no counterpart for: accepted, not sent, and said so. */
export const ignored = (
  param: string,
  reason: string,
  requested: unknown,
): { readonly warnings: readonly Warning[] } => ({
  warnings: [
    {
      code: 'ignored_field',
      param,
      message: `${param} has no effect here and was not sent: ${reason}`,
      ...(isScalar(requested) && { requested }),
    },
  ],
});

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** 3, 4, 5, 6 is "3 to 6"; 4, 6, 8 is "4, 6 or 8". */
export function describeNumbers(numbers: readonly number[]): string {
  const [low, high] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  if (numbers.length > 2 && high - low === numbers.length - 1) return `${low} to ${high}`;
  return describeWords(numbers.map(String));
}

const describeWords = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

export function resolvePrompt({ draft, capabilities, mode }: Question): Resolved<string> {
  const { prompt } = draft;
  if (prompt === undefined || prompt.value === '') {
    if (!capabilities.prompt.required) return { value: '' };
    const need =
      mode === 'text'
        ? 'prompt is required: say what the video shows, or send media to start from'
        : 'prompt is required in this mode';
    return { value: '', ...issue('prompt', 'missing_field', `${need}.`) };
  }
  const length = [...prompt.value].length;
  if (length <= capabilities.prompt.maxChars) return { value: prompt.value };
  return {
    value: '',
    ...issue(
      prompt.param,
      'invalid_value',
      `${prompt.param} has ${length} characters; ${draft.model} takes at most ${capabilities.prompt.maxChars}.`,
    ),
  };
}

export function resolveSeconds({ draft, capabilities }: Question): Resolved<number> {
  const asked = draft.seconds;
  const { seconds, defaultSeconds, adjustSeconds, harmless } = capabilities;
  if (asked === undefined) return { value: defaultSeconds };
  const reason = harmless['seconds'];
  if (reason !== undefined) return { value: defaultSeconds, ...ignored(asked.param, reason, asked.value) };
  if (seconds.includes(asked.value)) return { value: asked.value };
  const adjusted = adjustSeconds?.[asked.value];
  if (adjusted !== undefined) {
    return {
      value: adjusted,
      warnings: [
        {
          code: 'adjusted_value',
          param: asked.param,
          message: `${asked.param} ${asked.value} is not offered in this mode; ${adjusted} was sent and is billed.`,
          requested: asked.value,
          sent: adjusted,
        },
      ],
    };
  }
  return {
    value: defaultSeconds,
    ...issue(
      asked.param,
      'invalid_value',
      `${asked.param} is ${asked.value}; ${draft.model} takes ${describeNumbers(seconds)} seconds here.`,
    ),
  };
}

interface Tier {
  readonly resolution: Resolution;
  /** Named by exact pixels. */
  readonly ratio?: AspectRatio;
}

const isResolution = (word: string): word is Resolution => RESOLUTIONS.some((known) => known === word);

/** `size` and `resolution`: a tier, or exact pixels of a tier and ratio. A name with a tier in it must be agreed with. */
export function resolveTier(question: Question): Resolved<Tier> {
  const { draft, capabilities, open } = question;
  const fixed = open.route.fixed.resolution;
  const fallback = { resolution: fixed ?? capabilities.defaultResolution };
  if (fixed !== undefined && !capabilities.resolutions.includes(fixed)) {
    return {
      value: fallback,
      ...issue(
        'model',
        'invalid_value',
        `${draft.model} does not exist at ${fixed} in this mode; the model offers ${describeWords(capabilities.resolutions)} here.`,
      ),
    };
  }
  const asked = draft.size;
  if (asked === undefined) return { value: fallback };
  const allowed = fixed !== undefined ? [fixed] : capabilities.resolutions;
  const named = readTier(asked.value, capabilities, allowed);
  if (named && allowed.includes(named.resolution)) return { value: named };
  const because =
    fixed === undefined ? '' : ' (the tier is part of the model’s name; choose another model for another one)';
  return {
    value: fallback,
    ...issue(
      asked.param,
      'invalid_value',
      `${asked.param} is ${quote(asked.value)}; ${draft.model} takes ${describeWords(allowed)}${because}${examplePixels(capabilities, allowed)}.`,
    ),
  };
}

function readTier(word: string, capabilities: Capabilities, allowed: readonly Resolution[]): Tier | undefined {
  const tier = word.trim().toLowerCase();
  if (isResolution(tier)) return { resolution: tier };
  const [, width, height] = /^(\d{2,5})\s*[x*×]\s*(\d{2,5})$/.exec(tier) ?? [];
  if (width === undefined || height === undefined) return undefined;
  for (const resolution of allowed) {
    const ratio = ASPECT_RATIOS.find((candidate) =>
      samePixels(capabilities.pixels?.(resolution, candidate), { width: Number(width), height: Number(height) }),
    );
    if (ratio !== undefined) return { resolution, ratio };
  }
  return undefined;
}

const samePixels = (a: Pixels | undefined, b: Pixels): boolean =>
  a !== undefined && a.width === b.width && a.height === b.height;

function examplePixels(capabilities: Capabilities, allowed: readonly Resolution[]): string {
  const [tier] = allowed;
  const ratio = capabilities.aspectRatios.find((candidate) => candidate !== 'adaptive');
  const pixels = tier !== undefined && ratio !== undefined ? capabilities.pixels?.(tier, ratio) : undefined;
  return pixels ? `, or exact pixels such as ${pixels.width}x${pixels.height}` : '';
}

const RATIO_WORDS: Readonly<Record<string, AspectRatio>> = { auto: 'adaptive' };

export function resolveAspectRatio(
  { draft, capabilities }: Question,
  bySize: AspectRatio | undefined,
): Resolved<AspectRatio | undefined> {
  const { aspectRatios, defaultAspectRatio, harmless } = capabilities;
  const asked = draft.aspectRatio;
  if (asked === undefined) return { value: bySize ?? defaultAspectRatio };
  const word = asked.value.trim().toLowerCase();
  const ratio = ASPECT_RATIOS.find((known) => known === (lookUp(RATIO_WORDS, word) ?? word));
  const reason = harmless['aspect_ratio'];
  if (ratio !== undefined && aspectRatios.length === 0 && reason !== undefined) {
    return { value: undefined, ...ignored(asked.param, reason, asked.value) };
  }
  if (ratio === undefined || !aspectRatios.includes(ratio)) {
    const words = aspectRatios.length > 0 ? aspectRatios : ASPECT_RATIOS;
    return {
      value: defaultAspectRatio,
      ...issue(
        asked.param,
        'invalid_value',
        `${asked.param} is ${quote(asked.value)}; ${draft.model} takes ${describeWords(words)} here.`,
      ),
    };
  }
  if (bySize !== undefined && bySize !== ratio) {
    return {
      value: ratio,
      ...issue(
        asked.param,
        'conflicting_inputs',
        `${asked.param} is ${ratio}, but ${draft.size?.param} ${draft.size?.value} is ${bySize}. Send one of them, or let them agree.`,
      ),
    };
  }
  return { value: ratio };
}

export function resolveAudio({ draft, capabilities }: Question): Resolved<boolean> {
  const { choice, default: fallback } = capabilities.audio;
  const asked = draft.audio;
  if (asked === undefined) return { value: fallback };
  if (choice === 'optional' || asked.value === fallback) return { value: asked.value };
  const reason =
    capabilities.harmless['audio'] ??
    (choice === 'never' ? 'this model makes silent videos' : 'this model always makes sound');
  return { value: fallback, ...ignored(asked.param, reason, asked.value) };
}

export function resolveSeed({ draft, capabilities }: Question): Resolved<number | undefined> {
  const asked = draft.seed;
  if (asked === undefined) return { value: undefined };
  const { seed, harmless } = capabilities;
  if (!seed) {
    return harmless['seed'] === undefined
      ? {
          value: undefined,
          ...issue(asked.param, 'unsupported_field', `${asked.param} is not supported by ${draft.model}.`),
        }
      : { value: undefined, ...ignored(asked.param, harmless['seed'], asked.value) };
  }
  if (asked.value >= seed.min && asked.value <= seed.max) return { value: asked.value };
  return {
    value: undefined,
    ...issue(
      asked.param,
      'invalid_value',
      `${asked.param} is ${asked.value}; ${draft.model} takes ${seed.min} to ${seed.max}.`,
    ),
  };
}
