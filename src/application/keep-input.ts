import type { DraftInput } from '../domain/draft.ts';
import { fileIdInAddress, parseFileId } from '../domain/file-id.ts';
import type { Issue, IssueCode } from '../domain/issue.ts';
import type { InputRule } from '../domain/model.ts';
import type { Warning } from '../domain/request.ts';
import { type Misfit, misfitsOf } from './check-facts.ts';
import type { Context } from './context.ts';
import type { MediaFact, MediaRefusal, Scope, StoredInput } from './ports.ts';

/** An input whose bytes are known: what it is, and where it can be sent from. */
export interface KeptInput {
  readonly draft: DraftInput;
  readonly facts: MediaFact;
  /** Our copy. */
  readonly stored?: StoredInput;
  /** The caller's own public address, where the bytes are as the vendor may have them. */
  readonly address?: string;
  readonly warnings: readonly Warning[];
}

export type KeepOutcome = KeptInput | { readonly issues: readonly Issue[] };

/** What is asked of one input. */
export interface KeepQuestion {
  readonly input: DraftInput;
  readonly scope: Scope;
  readonly rule: InputRule;
  /** Most bytes that a vendor's request can carry inside. */
  readonly inlineBytes: number;
}

/** Larger pictures than a vendor takes are fetched too: they can be made smaller. */
const CONVERTIBLE_BYTES = 64_000_000;

/**
 * Learns what an input is and checks it. A picture is taken in whole; a video or a sound is looked at in parts, and
 * copied only when the copy can be sent. Pictures that the model refuses are converted where that helps.
 */
export async function keepInput(ctx: Context, question: KeepQuestion): Promise<KeepOutcome> {
  const { input, rule, scope } = question;
  const file = await findFile(ctx, question);
  if (file === 'gone') return gone(input);
  const isRemote = !file && /^https?:/i.test(input.url);
  if (isRemote && input.kind !== 'image') {
    const seen = await ctx.media.look(input.url, { maxBytes: rule.maxBytes });
    if (seen !== 'whole') {
      if ('refused' in seen) return refused(input, seen);
      const wrong = misfitsOf(seen.facts, rule);
      if (wrong.length > 0) return invalid(input, wrong);
      if (!isCopyOfUse(ctx, question, seen.facts))
        return { draft: input, facts: seen.facts, address: input.url, warnings: [] };
    }
  }
  const maxBytes = input.kind === 'image' ? Math.max(rule.maxBytes, CONVERTIBLE_BYTES) : rule.maxBytes;
  const stored: StoredInput | MediaRefusal =
    file ?? (await ctx.media.keepInput(scope, { url: input.url }, { maxBytes }));
  if ('refused' in stored) return refused(input, stored);
  const wrong = misfitsOf(stored.facts, rule);
  if (wrong.some(({ fixable }) => !fixable)) return invalid(input, wrong);
  // No vendor says whether it obeys EXIF: turned pictures go upright.
  if (wrong.length > 0 || (stored.facts.orientation ?? 1) !== 1) return convert(ctx, question, { stored, wrong });
  const address = isRemote && stored.isOurs !== true ? { address: input.url } : {};
  return { draft: input, facts: stored.facts, stored, ...address, warnings: [] };
}

/**
 * The file that stands there, by its id or by the address of its content. An address that names none of this project’s
 * files is anybody’s: it is fetched.
 */
async function findFile(ctx: Context, { input, scope }: KeepQuestion): Promise<StoredInput | 'gone' | undefined> {
  const named = parseFileId(input.url);
  const id = named ?? fileIdInAddress(input.url);
  const file = id === undefined ? undefined : await ctx.files.find(scope, id);
  return file ?? (named === undefined ? undefined : 'gone');
}

/** Whether a copy would ever be sent: as bytes, by a link of ours, or inside the request. */
const isCopyOfUse = ({ publicUrl }: Context, { rule, inlineBytes }: KeepQuestion, { bytes }: MediaFact): boolean =>
  rule.as === 'bytes' || publicUrl !== undefined || (rule.as === 'url-or-data' && base64Chars(bytes) <= inlineBytes);

export const base64Chars = (bytes: number): number => Math.ceil(bytes / 3) * 4;

async function convert(
  ctx: Context,
  { input, scope, rule }: KeepQuestion,
  { stored, wrong }: { readonly stored: StoredInput; readonly wrong: readonly Misfit[] },
): Promise<KeepOutcome> {
  const converted = await ctx.media.convertImage(scope, stored, {
    mediaTypes: rule.mediaTypes,
    maxBytes: rule.maxBytes,
    ...(rule.side?.max !== undefined && { maxSide: rule.side.max }),
    ...(rule.pixels && { maxPixels: rule.pixels.max }),
  });
  const [first] = wrong;
  if ('refused' in converted) {
    const why = first
      ? `${first.text} It cannot be converted here`
      : 'is turned by EXIF and cannot be set upright here';
    return { issues: [issueOf(input, 'input_invalid', `${input.param} ${why}: ${converted.reason}`)] };
  }
  const left = misfitsOf(converted.facts, rule);
  if (left.length > 0) return invalid(input, wrong);
  const reason = first?.text ?? `is turned by its EXIF orientation (${stored.facts.orientation}).`;
  const [requested, sent] = [describe(stored.facts), describe(converted.facts)];
  const message = `${input.param} ${reason} It is sent as ${sent}.`;
  return {
    draft: input,
    facts: converted.facts,
    stored: converted,
    warnings: [{ code: 'input_converted', param: input.param, message, requested, sent }],
  };
}

const describe = ({ mediaType, width, height, bytes }: MediaFact): string =>
  `${mediaType}, ${width} x ${height} px, ${bytes} bytes`;

const issueOf = ({ param }: DraftInput, code: IssueCode, message: string): Issue => ({ param, code, message });

export const invalid = (input: DraftInput, wrong: readonly Misfit[]): KeepOutcome => ({
  issues: wrong.map(({ text }) => issueOf(input, 'input_invalid', `${input.param} ${text}`)),
});

export const gone = (input: DraftInput): KeepOutcome => ({
  issues: [
    issueOf(
      input,
      'input_invalid',
      `${input.param} is ${input.url}, which is not a file of this project: it was never uploaded here, was deleted, or has expired.`,
    ),
  ],
});

export const refused = (input: DraftInput, { refused: how, reason }: MediaRefusal): KeepOutcome => ({
  issues: [
    issueOf(
      input,
      how === 'unreachable' ? 'input_unreachable' : 'input_invalid',
      `${input.param} cannot be used: ${reason}`,
    ),
  ],
});
