import type { FastifyReply } from 'fastify';
import type { Warning } from '../../domain/request.ts';

/** Clients read 8 to 16 KiB of headers in all. */
const MOST_CHARS = 4000;

/** Warnings as one line of ASCII: a JSON list of code, param and message; what does not fit is counted. */
function warningsLine(warnings: readonly Warning[]): string {
  const parts: string[] = [];
  let chars = 0;
  for (const { code, param, message } of warnings) {
    const part = asciiJson({ code, param, message });
    chars += part.length + 1;
    if (chars > MOST_CHARS) break;
    parts.push(part);
  }
  const left = warnings.length - parts.length;
  const more = { code: 'more', param: '', message: `${left} more warnings do not fit here.` };
  return `[${[...parts, ...(left > 0 ? [asciiJson(more)] : [])].join(',')}]`;
}

const asciiJson = (value: object): string =>
  JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Changes that were decided for the caller, in protocols whose bodies have no place for them. */
export function sendWarnings(reply: FastifyReply, warnings: readonly Warning[]): void {
  if (warnings.length > 0) reply.header('onereel-warnings', warningsLine(warnings));
}
