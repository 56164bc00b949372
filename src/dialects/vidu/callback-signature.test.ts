import { expect, test } from 'vitest';
import { callbackHeaders, signingString } from './callback-signature.ts';

const call = {
  url: 'http://127.0.0.1:8080/vidu/callback?name=james&age=36',
  at: new Date('2025-05-06T12:09:42Z'),
  nonce: '123e4567-e89b-12d3-a456-426614174000',
};

test("what is signed is, byte for byte, Vidu's own example", () => {
  expect(signingString(call)).toBe(
    'POST\n/vidu/callback\nname=james&age=36\nvidu\nTue, 06 May 2025 12:09:42 GMT\nDate:Tue, 06 May 2025 12:09:42 GMT\nx-request-nonce:123e4567-e89b-12d3-a456-426614174000\n',
  );
});

test('the headers are those of the page, with the signature of the test vector', () => {
  expect(callbackHeaders({ ...call, secret: 'vda_test_key' })).toEqual({
    Date: 'Tue, 06 May 2025 12:09:42 GMT',
    'x-request-nonce': '123e4567-e89b-12d3-a456-426614174000',
    'X-HMAC-SIGNED-HEADERS': 'Date;x-request-nonce',
    'X-HMAC-SIGNATURE': 'uDl3Wvgx6utIjKWRnCyt4OhsefE06Qj8cCg41RV4aeE=',
    'X-HMAC-ALGORITHM': 'hmac-sha256',
    'X-HMAC-ACCESS-KEY': 'vidu',
  });
});

test.each([
  ['https://example.com', '/\n\n'],
  ['https://example.com?', '/\n\n'],
  ['https://example.com/a%20b?q=%C3%A4#part', '/a%20b\nq=%C3%A4\n'],
])('%s is signed as the path and query that are sent', (url, expected) => {
  expect(signingString({ ...call, url })).toContain(`POST\n${expected}vidu\n`);
});
