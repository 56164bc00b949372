import type { Dispatcher } from 'undici';
import type { HttpResponse } from '../domain/http.ts';
import type { Json } from '../domain/json.ts';
import { spoolStrings } from './spool-strings.ts';

/** No vendor's plain answer is near this. */
const MOST_BYTES = 8 * 1024 * 1024;
const SHOWN_CHARS = 2000;

/** Reads an answer within bounds. JSON is parsed whatever the content type says: vendors are careless with it. */
export async function readAnswer(
  response: Dispatcher.ResponseData,
  { spoolFolder, spools }: { readonly spoolFolder: string; readonly spools: string | undefined },
): Promise<HttpResponse> {
  const headers = flatHeaders(response.headers);
  const body: AsyncIterable<Uint8Array> =
    spools === undefined ? response.body : spoolStrings(response.body, { member: spools, folder: spoolFolder });
  const text = await readText(body);
  const json = parse(text);
  return {
    status: response.statusCode,
    headers,
    text: text.slice(0, SHOWN_CHARS),
    ...(json !== undefined && { json }),
  };
}

/** Names in lower case; repeated ones joined by commas. */
export const flatHeaders = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`the answer is larger than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
