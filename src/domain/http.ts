import type { Json } from './json.ts';

/** A request as an adapter writes it: a path at a named origin of its vendor, never a whole URL. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: `/${string}`;
  /** A name from the provider's `origins`; `api` when absent. */
  readonly origin?: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly json: Json } | { readonly form: Readonly<Record<string, string>> };
}

/** An answer as an adapter reads it. `json` is absent when the body was not JSON; `text` then holds its first characters. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: Json;
  readonly text: string;
}

/** One HTTP round trip, cut into two pure halves. `upstream/` does the part in the middle. */
export interface Exchange<Input, Result> {
  build(input: Input): HttpRequest;
  parse(response: HttpResponse, input: Input): Result;
  /**
   * Name of a JSON member whose base64 value may be huge: it is decoded to disk while it arrives, and `parse` sees
   * `spool:<name>` in its place.
   */
  readonly spools?: string;
}
