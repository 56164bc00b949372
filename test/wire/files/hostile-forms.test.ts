import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { png } from '../../../src/media/testing/image-bytes.ts';
import { api } from '../../harness/api.ts';
import { assertConforms } from '../../harness/conformance.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { upload } from '../../harness/upload.ts';

const picture = png(64, 32);
const CRLF = '\r\n';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => discard(gateway));

/** A part of a form, as bytes: what FormData would never send can be said here. */
const part = (disposition: string, content: Uint8Array | string, more = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`--B${CRLF}Content-Disposition: form-data; ${disposition}${CRLF}${more}${CRLF}`),
    Buffer.from(content),
    Buffer.from(CRLF),
  ]);
const form = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from(`--B--${CRLF}`)]);
const file = (name = 'fox.png', content: Uint8Array = picture): Buffer =>
  part(`name="file"; filename="${name}"`, content, `Content-Type: text/html${CRLF}`);

async function send(body: Buffer, type = 'multipart/form-data; boundary=B') {
  const response = await fetch(`${gateway.url}/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.keys.test}`, ...(type !== '' && { 'content-type': type }) },
    body: new Uint8Array(body),
  });
  const { status, headers } = response;
  // biome-ignore lint/suspicious/noExplicitAny: what came, to be looked at
  const answer: any = await response.json();
  assertConforms({ method: 'POST', path: '/v1/files', status, headers, responseBody: answer });
  return { status, error: answer.error, body: answer };
}

const leftovers = async (): Promise<string[]> => [
  ...(await readdir(join(gateway.dataFolder, 'media/.spool'))),
  ...(await readdir(join(gateway.dataFolder, 'media/inputs/arriving')).catch(() => [])),
];

test.each<[string, Buffer, string, string]>([
  ['no part at all', form(), 'missing_field', 'file is missing: send it as a part of that name'],
  ['only fields', form(part('name="purpose"', 'vision')), 'missing_field', 'file is missing'],
  [
    'another name',
    form(part('name="image"; filename="a.png"', picture)),
    'invalid_value',
    'A file is called "image"; the part must be called "file".',
  ],
  [
    'text instead of a file',
    form(part('name="file"', 'aGVsbG8=')),
    'invalid_value',
    'file is a text; it must be a file',
  ],
  ['two files', form(file(), file()), 'invalid_value', 'file is given more than once'],
  [
    'an empty file',
    form(file('a.png', Buffer.alloc(0))),
    'input_invalid',
    'file cannot be used: the file is empty. Images, videos and sounds are taken.',
  ],
  [
    'a text file',
    form(file('a.png', Buffer.from('hello, this is no picture'))),
    'input_invalid',
    'file cannot be used: ',
  ],
  [
    'a page',
    form(file('a.html', Buffer.from('<html><script>alert(1)</script>'))),
    'input_invalid',
    'Images, videos and sounds are taken.',
  ],
  ['a picture that is cut off', form(file('a.png', picture.subarray(0, 20))), 'input_invalid', 'file cannot be used: '],
  [
    'a wrong purpose',
    form(file(), part('name="purpose"', 'a b')),
    'invalid_value',
    'purpose is "a b"; it must be 1 to 64 letters',
  ],
  [
    'an expiry in words',
    form(file(), part('name="expires_after"', 'never')),
    'invalid_value',
    'expires_after is "never"; it must be whole seconds from 60 to 2592000.',
  ],
  [
    'an expiry too far',
    form(file(), part('name="expires_after[seconds]"', '2592001')),
    'invalid_value',
    'expires_after[seconds] is "2592001"',
  ],
  [
    'an expiry twice',
    form(file(), part('name="expires_after"', '60'), part('name="expires_after[seconds]"', '60')),
    'invalid_value',
    'are both given',
  ],
  ['another anchor', form(file(), part('name="expires_after[anchor]"', 'x')), 'invalid_value', 'it must be created_at'],
  [
    'a field twice',
    form(part('name="purpose"', 'a'), part('name="purpose"', 'a'), file()),
    'invalid_value',
    '"purpose" is given more than once.',
  ],
  ['a huge field', form(part('name="purpose"', 'a'.repeat(10_000)), file()), 'invalid_value', '"purpose" is too long.'],
  ['a huge field name', form(part(`name="${'n'.repeat(5000)}"`, 'a'), file()), 'invalid_value', 'is too long.'],
  [
    'a hundred fields',
    form(file(), ...Array.from({ length: 100 }, (_, at) => part(`name="f${at}"`, 'x'))),
    'invalid_value',
    'The form has too many parts',
  ],
  [
    'a name of every object',
    form(part('name="__proto__"', 'x'), file()),
    'invalid_value',
    'not a whole multipart/form-data form',
  ],
  ['no end', file(), 'invalid_value', 'not a whole multipart/form-data form'],
  ['nothing', Buffer.alloc(0), 'missing_field', 'file is missing'],
  ['no form', Buffer.from('hello'), 'invalid_value', 'not a whole multipart/form-data form'],
])('a form with %s is refused by name and leaves nothing', async (_title, body, code, message) => {
  const { status, error } = await send(body);
  expect({ status, error }).toMatchObject({ status: 400, error: { code, message: expect.stringContaining(message) } });
  expect(await leftovers()).toEqual([]);
});

test.each([
  ['multipart/form-data', 'Content-Type has no boundary; a file is sent as multipart/form-data'],
  ['multipart/form-data; boundary=', 'Content-Type has no boundary'],
  ['application/json', 'Content-Type is "application/json"; a file is sent as multipart/form-data'],
  ['image/png', 'Content-Type is "image/png"'],
  ['', 'Content-Type is ""'],
])('Content-Type %j is refused before the body', async (type, message) => {
  expect(await send(form(file()), type)).toMatchObject({
    status: 415,
    error: { code: 'unsupported_media_type', param: 'Content-Type', message: expect.stringContaining(message) },
  });
});

test.each<[string, string | RegExp]>([
  ['../../../etc/passwd', 'passwd'],
  ['C:\\\\Users\\\\fox.png', /fox\.png$/],
  ['..', 'file'],
  ['a\u0000b.png', /^a.?b\.png$/],
  ['a%0d%0aSet-Cookie: x.png', 'a%0d%0aSet-Cookie: x.png'],
  ['fuchs – 狐.png', 'fuchs – 狐.png'],
  ['\u202egnp.exe', '\u202egnp.exe'],
  [`${'x'.repeat(10_000)}.png`, /^x{1,255}$/],
  ['', 'file'],
])('the file name %j does no harm', async (name, kept) => {
  const { status, body } = await send(form(file(name)));
  expect(status).toBe(200);
  expect(body.filename).toEqual(typeof kept === 'string' ? kept : expect.stringMatching(kept));
  const content = await api(gateway).call('HEAD', `/v1/files/${body.id}/content`);
  expect(content.headers.get('content-disposition')).toMatch(
    /^inline; filename="[ -~]*"(; filename\*=UTF-8''[!-~]+)?$/,
  );
  expect(content.headers.get('set-cookie')).toBeNull();
  expect(content.headers.get('content-type')).toBe('image/png');
});

test('fields may stand before and after the file, and unknown ones are said', async () => {
  const { body } = await send(form(part('name="expires_after"', '60'), file(), part('name="purpos"', 'vision')));
  expect(body.expires_at - body.created_at).toBe(60);
  expect(body.warnings).toEqual([
    {
      code: 'unknown_field',
      param: 'purpos',
      message: '"purpos" is not known here and was ignored. Did you mean purpose?',
    },
  ]);
});

test('a caller that goes away in the middle leaves nothing, and the next one is served', async () => {
  for (let count = 0; count < 5; count += 1) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      socket.on('error', () => {});
      const head = `POST /v1/files HTTP/1.1${CRLF}Host: x${CRLF}Authorization: Bearer ${gateway.keys.test}${CRLF}Content-Type: multipart/form-data; boundary=B${CRLF}Content-Length: 50000000${CRLF}${CRLF}`;
      socket.write(Buffer.concat([Buffer.from(head), file('a.png', Buffer.alloc(3_000_000))]), () => {
        setTimeout(() => {
          socket.destroy();
          resolve();
        }, 50);
      });
    });
  }
  await expect.poll(leftovers, { timeout: 10_000 }).toEqual([]);
  expect((await upload(gateway, { file: picture })).status).toBe(200);
});
