import type { Issue, IssueCode } from '../domain/issue.ts';
import { lookUp } from '../domain/json.ts';
import type { Capabilities, Pixels } from '../domain/model.ts';
import { ASPECT_RATIOS, type AspectRatio, RESOLUTIONS, type Resolution, type Warning } from '../domain/request.ts';
import { describeNumbers, describeWords } from './describe-words.ts';
import { FROM } from './mode-words.ts';
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
      message: `${param} has no effect here and is not sent: ${reason}.`,
      ...(isScalar(requested) && { requested }),
    },
  ],
});

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

export function resolvePrompt({ draft, capabilities, mode }: Question): Resolved<string> {
  const { prompt } = draft;
  if (prompt === undefined || prompt.value === '') {
    if (!capabilities.prompt.required) return { value: '' };
    const need =
      mode === 'text'
        ? 'prompt is required: say what the video shows, or send media to start from'
        : `prompt is required when a video is made ${FROM[mode]}`;
    return { value: '', ...issue('prompt', 'missing_field', `${need}.`) };
  }
  const { maxChars } = capabilities.prompt;
  // No string has more characters than code units: most are not counted.
  const length = prompt.value.length <= maxChars ? 0 : [...prompt.value].length;
  if (length <= maxChars) return { value: prompt.value };
  return {
    value: '',
    ...issue(
      prompt.param,
      'invalid_value',
      `${prompt.param} has ${length} characters; ${draft.model} takes at most ${maxChars}.`,
    ),
  };
}

export function resolveSeconds({ draft, capabilities, mode }: Question): Resolved<number> {
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
          message: `${asked.param} ${asked.value} is not offered ${FROM[mode]}; ${adjusted} is sent and billed.`,
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
      `${asked.param} is ${asked.value}; ${draft.model} takes ${describeNumbers(seconds)} seconds ${FROM[mode]}.`,
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
export function resolveTier(question: Question, seconds: number): Resolved<Tier> {
  const { draft, capabilities, open, mode } = question;
  const fixed = open.route.fixed.resolution;
  const fewer = capabilities.resolutionsAt?.[seconds];
  const offered = fewer ?? capabilities.resolutions;
  const at = fewer ? ` at ${seconds} seconds` : '';
  const fallback = { resolution: fixed ?? fewer?.[0] ?? capabilities.defaultResolution };
  if (fixed !== undefined && !offered.includes(fixed)) {
    return {
      value: fallback,
      ...issue(
        'model',
        'invalid_value',
        `${draft.model} makes no video at ${fixed} ${FROM[mode]}; the model offers ${describeWords(offered)}${at}.`,
      ),
    };
  }
  const asked = draft.size;
  if (asked === undefined) return { value: fallback };
  const allowed = fixed !== undefined ? [fixed] : offered;
  const named = readTier(asked.value, capabilities, allowed);
  if (named && allowed.includes(named.resolution)) return { value: named };
  const because =
    fixed === undefined ? '' : ' The tier is part of the model’s name: choose another model for another tier.';
  return {
    value: fallback,
    ...issue(
      asked.param,
      'invalid_value',
      `${asked.param} is ${quote(asked.value)}; ${draft.model} takes ${describeWords(allowed)}${examplePixels(capabilities, allowed)}${at}.${because}`,
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
  { draft, capabilities, mode }: Question,
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
    const allowed =
      aspectRatios.length > 0
        ? `${draft.model} takes ${describeWords(aspectRatios)} ${FROM[mode]}`
        : 'it must be a ratio such as 16:9';
    return {
      value: defaultAspectRatio,
      ...issue(asked.param, 'invalid_value', `${asked.param} is ${quote(asked.value)}; ${allowed}.`),
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

/** Off-peak hours have another price: asked for or refused, never dropped. A name that has them is agreed with. */
export function resolveOffPeak({ draft, capabilities, open, mode }: Question): Resolved<boolean> {
  const asked = draft.offPeak;
  const { offPeak: named } = open.route;
  if (asked === undefined || asked.value === named) return { value: named };
  if (named) {
    const message = `${asked.param} is false, but ${draft.model} always waits for off-peak hours: choose a model whose name does not end in -offpeak.`;
    return { value: named, ...issue(asked.param, 'conflicting_inputs', message) };
  }
  if (capabilities.offPeak) return { value: true };
  const message = `${asked.param} is true, but ${draft.model} has no off-peak hours ${FROM[mode]}.`;
  return { value: false, ...issue(asked.param, 'unsupported_field', message) };
}
