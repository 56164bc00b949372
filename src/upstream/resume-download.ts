import type { Download, FileMarks, ResumePoint } from '../application/download.ts';

/** A storage's answer. Header names in lower case. */
export interface StorageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface StorageQuestion {
  readonly headers: Readonly<Record<string, string>>;
  /** Statuses whose answers are read; any other is a failure. */
  readonly accepts: (status: number) => boolean;
}

/** Throws when no accepted answer could be had. */
type AskStorage = (question: StorageQuestion) => Promise<StorageAnswer>;

/**
 * Asks for a file, or for the rest of one. The rest is taken only when the answer surely goes on where we stopped in the
 * same file (RFC 9110, sections 13.1.5 and 14): right start, right total, no other mark. Everything else is begun again.
 */
export async function resumeDownload(ask: AskStorage, from?: ResumePoint): Promise<Download> {
  if (from) {
    const answer = await ask({ headers: rangeHeaders(from), accepts: (status) => [200, 206, 416].includes(status) });
    if (answer.status === 200) return wholeOf(answer);
    const marks = answer.status === 206 ? marksOfRest(answer, from) : undefined;
    if (marks) return { startsAt: from.bytes, marks, body: answer.body };
    await discard(answer.body);
  }
  return wholeOf(await ask({ headers: {}, accepts: (status) => status === 200 }));
}

const rangeHeaders = ({ bytes, marks }: ResumePoint): Record<string, string> => ({
  range: `bytes=${bytes}-`,
  ...(marks.ifRange !== undefined && { 'if-range': marks.ifRange }),
});

const wholeOf = ({ headers, body }: StorageAnswer): Download => ({
  startsAt: 0,
  marks: marksOf(headers, wholeNumber(headers['content-length'])),
  body,
});

/** The marks of a 206 that goes on with the file; undefined for one that does not, or does not say so. */
function marksOfRest({ headers }: StorageAnswer, { bytes, marks }: ResumePoint): FileMarks | undefined {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/i.exec(headers['content-range']?.trim() ?? '') ?? [];
  if (wholeNumber(start) !== bytes) return undefined;
  const rest = marksOf(headers, wholeNumber(total));
  if (marks.totalBytes !== undefined && rest.totalBytes !== marks.totalBytes) return undefined;
  // A server that does not know If-Range sends the rest of whatever is there now: its own marks tell.
  if (differ(marks.etag, rest.etag) || differ(marks.lastModified, rest.lastModified)) return undefined;
  return { ...rest, ...marks };
}

const differ = (before: string | undefined, now: string | undefined): boolean =>
  before !== undefined && now !== undefined && before !== now;

function marksOf(headers: StorageAnswer['headers'], totalBytes: number | undefined): FileMarks {
  const etag = headers['etag'];
  const lastModified = headers['last-modified'];
  const ifRange = etag?.startsWith('"') ? etag : isStrong(headers) ? lastModified : undefined;
  return {
    ...(totalBytes !== undefined && { totalBytes }),
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
    ...(ifRange !== undefined && { ifRange }),
  };
}

/** A date names one version only when the answer is at least a second younger (RFC 9110, section 8.8.2.2). */
function isStrong({ date, 'last-modified': lastModified }: StorageAnswer['headers']): boolean {
  return Date.parse(date ?? '') - Date.parse(lastModified ?? '') >= 1000;
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** Lets go of a body that is of no use: leaving the loop closes its connection. */
async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of body) break;
  } catch {
    // It broke by itself.
  }
}
