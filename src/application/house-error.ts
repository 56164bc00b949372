import { REFUSALS, type Refusal } from './refusal.ts';

/** The house form of an error, after OpenAI's: also what answers where no dialect is known. */
export interface HouseError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: string | null;
    readonly request_id: string;
    readonly issues?: readonly { readonly param: string; readonly code: string; readonly message: string }[];
  };
}

/** `issues` is there when several things are wrong. */
export const houseError = (refusal: Refusal, requestId: string): HouseError => ({
  error: {
    message: refusal.message,
    type: REFUSALS[refusal.code].type,
    code: refusal.code,
    param: refusal.param ?? null,
    request_id: requestId,
    ...(refusal.issues.length > 1 && {
      issues: refusal.issues.map(({ param, code, message }) => ({ param, code, message })),
    }),
  },
});
