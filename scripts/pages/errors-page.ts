import { REFUSALS, type RefusalCode } from '../../src/application/refusal.ts';
import type { RouteDescription } from '../../src/application/route-description.ts';
import { FAILURES } from '../../src/domain/failure.ts';
import { code, page, table } from './markdown.ts';

const INTRODUCTION = `# Errors

<!-- Generated from src/application/refusal.ts and src/domain/failure.ts by \`npm run codegen\`. -->

A request that cannot be served is refused with an HTTP status, before anything is spent. A generation that was accepted
and then fails says so in its \`error\`, with HTTP 200: asking for it worked. The two kinds share no meaning, so a code of one
list is never to be read in the other.`;

const REQUESTS = `## Requests

\`\`\`json
{
  "error": {
    "message": "duration is 99; viduq3t-720p takes 1 to 16 seconds here.",
    "type": "invalid_request_error",
    "code": "invalid_value",
    "param": "duration",
    "request_id": "req_…"
  }
}
\`\`\`

\`param\` is a path into the body, such as \`images[3]\`, or the name of a header. When several things are wrong, \`issues\` lists
them all. \`request_id\` is also the header \`x-request-id\`, and stands in the log. A 503 with \`Retry-After\` may be sent again;
one with \`x-should-retry: false\` may have been accepted: ask for the id in \`onereel-generation-id\` first.`;

const GENERATIONS = `## Generations

\`"status": "failed"\` comes with \`"error": {"code", "message"}\`. What the vendor itself said is only in the operator's log.`;

/** docs/errors.md. */
export function errorsPage(routes: readonly RouteDescription[]): string {
  const given = new Set<RefusalCode>([...routes.flatMap(({ refusals }) => refusals), 'method_not_allowed']);
  const refusals = Object.entries(REFUSALS).map(([name, { status, type, meaning }]) => {
    const isLater = ![...given].some((known) => known === name);
    return [code(name), String(status), type, isLater ? `${meaning} Reserved: nothing answers it yet.` : meaning];
  });
  return page([
    INTRODUCTION,
    REQUESTS,
    table(['Code', 'Status', 'Type', 'Meaning'], refusals),
    'Anything else that goes wrong here is a 500 with code `unavailable`; the log has the cause under the request id.',
    GENERATIONS,
    table(
      ['Code', 'Message'],
      Object.entries(FAILURES).map(([name, { message }]) => [code(name), message]),
    ),
  ]);
}
