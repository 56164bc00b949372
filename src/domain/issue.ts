/** Codes of refusals that belong to a field of a request. */
export type IssueCode =
  | 'missing_field'
  | 'invalid_value'
  | 'unknown_model'
  | 'unsupported_field'
  | 'conflicting_inputs'
  | 'input_unreachable'
  | 'input_invalid'
  | 'not_supported';

/** One thing wrong with a request. `param` is the caller's own path, such as `images[3]`; the message says what is allowed. */
export interface Issue {
  readonly param: string;
  readonly code: IssueCode;
  readonly message: string;
  /** It is the number of items that is wrong, for protocols with a word for that. */
  readonly isCount?: true;
}
