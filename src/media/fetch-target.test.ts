import { expect, test } from 'vitest';
import { parseTarget, redirectTarget } from './fetch-target.ts';

const signed =
  '/a%2Fb/../c//d;v=1?response-content-disposition=attachment;filename="x y".mp4&Signature=a~b%7e\'(|)*__&Policy=%2b+=';

test('path and query stay byte for byte as they were given', () => {
  const exact = signed.replace(' ', '%20');
  expect(parseTarget(`https://cdn.example${exact}#part`).path).toBe(exact);
  expect(parseTarget('https://cdn.example?a=%7E').path).toBe('/?a=%7E');
  expect(parseTarget('https://cdn.example').path).toBe('/');
});

test('what cannot stand in a request line is encoded as browsers do', () => {
  expect(parseTarget('https://cdn.example/图 1.png?q=ü').path).toBe('/%E5%9B%BE%201.png?q=%C3%BC');
  expect(parseTarget('https://cdn.example/a\\b').path).toBe('/a/b');
  expect(parseTarget('https://cdn.example/a\r\nX-Evil: 1').path).not.toMatch(/[\r\n ]/);
});

test('the host of the request line is the host that is connected to, however odd the URL', () => {
  expect(parseTarget('http://public.example\\@10.0.0.1/x')).toMatchObject({
    host: 'public.example',
    path: '/@10.0.0.1/x',
  });
  expect(parseTarget('http:10.0.0.1/x')).toMatchObject({ host: '10.0.0.1', path: '/x' });
  expect(parseTarget('http:///10.0.0.1/x')).toMatchObject({ host: '10.0.0.1', path: '/x' });
  expect(parseTarget('HTTP://EXAMPLE.com:080/x')).toMatchObject({ host: 'example.com', port: 80, path: '/x' });
  expect(parseTarget('https://[::1]/x')).toMatchObject({ host: '::1', port: 443 });
});

test('a redirect keeps the bytes of its location', () => {
  const from = parseTarget('https://a.example/x/y?z');
  expect(redirectTarget('https://b.example/%7e?"', from).path).toBe('/%7e?"');
  expect(redirectTarget('//b.example/%7e', from)).toMatchObject({ host: 'b.example', path: '/%7e', port: 443 });
  expect(redirectTarget('/%7e/../q', from)).toMatchObject({ host: 'a.example', path: '/%7e/../q' });
  expect(redirectTarget('w?v=1', from)).toMatchObject({ host: 'a.example', path: '/x/w?v=1' });
  expect(redirectTarget('/\\b.example/x', from).host).toBe('b.example');
});

test('labels carry neither query nor user name', () => {
  expect(parseTarget('https://a.example/x?secret=1#f').label).toBe('https://a.example/x');
  expect(() => parseTarget('https://user:hunter2@a.example/x')).toThrow(
    'https://a.example/x: a URL with a user name or password is not fetched',
  );
});

test.each([
  '',
  'fox.png',
  '/fox.png',
  'http://',
  'http://exa mple/',
  'http://a.example:99999/',
  `http://a/${'x'.repeat(9000)}`,
])('%.40s is no URL', (given) => {
  expect(() => parseTarget(given)).toThrow(expect.objectContaining({ refusal: 'invalid_url' }));
});

test.each([
  'file:///etc/passwd',
  'ftp://a.example/x',
  'gopher://127.0.0.1:70/_x',
  'data:text/plain,x',
  'javascript:1',
  'blob:http://a/x',
  'ws://a.example/',
])('the scheme of %s is refused', (given) => {
  expect(() => parseTarget(given)).toThrow(expect.objectContaining({ refusal: 'scheme' }));
});
