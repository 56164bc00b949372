import { expect, test } from 'vitest';
import { callbackHeaders, signingString } from './callback-signature.ts';

const callback = {
  url: 'http://127.0.0.1:8080/vidu/callback?name=james&age=36',
  date: 'Tue, 06 May 2025 12:09:42 GMT',
  nonce: '123e4567-e89b-12d3-a456-426614174000',
};

test("the signed text is Vidu's own example", () => {
  expect(signingString(callback)).toBe(
    'POST\n/vidu/callback\nname=james&age=36\nvidu\nTue, 06 May 2025 12:09:42 GMT\nDate:Tue, 06 May 2025 12:09:42 GMT\nx-request-nonce:123e4567-e89b-12d3-a456-426614174000\n',
  );
});

test('the signature is the page’s test vector', () => {
  const headers = callbackHeaders(callback, 'vda_test_key');
  expect(headers['X-HMAC-SIGNATURE']).toBe('uDl3Wvgx6utIjKWRnCyt4OhsefE06Qj8cCg41RV4aeE=');
});
