/** Decodes `data:<type>;base64,<bytes>`. Undefined when it is not exactly that: no other encoding, no stray characters. */
export function decodeDataUri(uri: string): { readonly mediaType: string; readonly bytes: Buffer } | undefined {
  const comma = uri.indexOf(',');
  const head = /^data:([\w.+-]+\/[\w.+-]+);base64$/.exec(uri.slice(0, comma));
  const bytes = decodeBase64(uri.slice(comma + 1));
  return head?.[1] === undefined || bytes === undefined ? undefined : { mediaType: head[1], bytes };
}

/** Decodes base64 with its padding; undefined when it is empty or holds anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Buffer.from ignores what it does not know; a length that does not fit shows that something was ignored.
  const unpadded = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const whole = text.length > 0 && text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - unpadded;
  return whole ? bytes : undefined;
}
