/** A vendor's error answer on its way out of a handler. The body is in the vendor's own form. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`refused with ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** What went wrong outside a vendor's own rules; each vendor puts it into its own form. */
export type PlainTrouble = 'too_large' | 'not_json' | 'not_found' | 'too_many' | 'internal';
