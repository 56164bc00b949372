import type { Answer } from './api.ts';
import { assertConforms } from './conformance.ts';
import type { RunningGateway } from './gateway.ts';

export interface Form {
  readonly file?: Uint8Array | string;
  readonly name?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Uploads a file with a key, the test key unless another is given; held against docs/openapi.json. */
export async function upload(
  gateway: Pick<RunningGateway, 'url' | 'keys'>,
  { file, name = 'fox.png', fields = {} }: Form,
  key: string = gateway.keys.test,
): Promise<Answer> {
  const form = new FormData();
  if (file !== undefined) form.append('file', new Blob([typeof file === 'string' ? file : new Uint8Array(file)]), name);
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  const response = await fetch(`${gateway.url}/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  });
  const { status, headers } = response;
  const body = await response.json();
  assertConforms({ method: 'POST', path: '/v1/files', status, headers, responseBody: body });
  return { status, headers, body };
}
