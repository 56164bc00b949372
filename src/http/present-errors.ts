import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseAway } from '../application/database-away.ts';
import { houseError } from '../application/house-error.ts';
import { Refusal } from '../application/refusal.ts';

/** What went wrong, as a refusal. What nobody foresaw is a 500 whose cause only the log has. */
function refusalFrom(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof DatabaseAway) {
    return new Refusal('unavailable', 'The database is not available at the moment. Try again later.', {
      headers: { 'retry-after': '5' },
    });
  }
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('unsupported_media_type', 'Content-Type must be application/json.', { param: 'Content-Type' });
    default:
      return undefined;
  }
}

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** How a protocol answers errors at its addresses; everywhere else the house form answers. */
export interface ErrorForm {
  readonly prefixes: readonly string[];
  /** `status` is that of the house form. */
  readonly render: (
    refusal: Refusal,
    facts: { readonly status: number; readonly requestId: string },
  ) => { readonly status: number; readonly body: object };
}

const HOUSE: ErrorForm['render'] = (refusal, { status, requestId }) => ({
  status,
  body: houseError(refusal, requestId),
});

const formOf = (forms: readonly ErrorForm[], url: string): ErrorForm['render'] =>
  forms.find(({ prefixes }) => prefixes.some((prefix) => url === prefix || url.startsWith(`${prefix}/`)))?.render ??
  HOUSE;

/** Answers errors, each in the form of the protocol whose address was asked. */
export const errorPresenter =
  (forms: readonly ErrorForm[]) =>
  (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = refusalFrom(error);
    if (!refusal) request.log.error({ error }, 'request.failed');
    const shown =
      refusal ??
      new Refusal(
        'unavailable',
        `Something failed here that should not have. Give request id ${request.id} to the operator.`,
      );
    const render = formOf(forms, request.url.split('?')[0] ?? '');
    const { status, body } = render(shown, { status: refusal ? refusal.status : 500, requestId: request.id });
    reply.status(status).headers(shown.headers).send(body);
  };
