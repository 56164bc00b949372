/** Escapes that PostgreSQL's text cannot hold: NUL, and halves of a surrogate pair (whole pairs are never escaped here). */
const UNSTORABLE = /\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/gs;

/** A value as text of a jsonb parameter. Whatever a vendor wrote can be stored: one bad character must not lose evidence. */
export const jsonbText = (value: unknown): string =>
  JSON.stringify(value).replace(UNSTORABLE, (escaped) => (escaped.length > 2 ? '\ufffd' : escaped));

/** Text as a text column takes it. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');
