import { expect, test } from 'vitest';
import { hmacLinks } from './links.ts';

const secret = Buffer.from('a secret of the installation');
const queryOf = (url: string) => {
  const { searchParams } = new URL(url);
  return { expires: searchParams.get('expires') ?? '', signature: searchParams.get('signature') ?? '' };
};

test('a link opens what it was made for, for a day', () => {
  let now = 1_000_000;
  const links = hmacLinks(secret, () => now);
  const { url, expiresAt } = links.sign('https://video.example', 42n, 'video');
  expect(url).toMatch(/^https:\/\/video\.example\/v1\/videos\/task_42\/content\?expires=1086400&signature=/);
  expect(expiresAt).toBe(1_086_400);
  expect(links.verify(42n, 'video', queryOf(url))).toBe('valid');
  now += 86_401;
  expect(links.verify(42n, 'video', queryOf(url))).toBe('expired');
});

test('a link opens nothing else: other id, other file, later end, other secret', () => {
  const links = hmacLinks(secret, () => 0);
  const query = queryOf(links.sign('http://x', 42n, 'video').url);
  expect(links.verify(43n, 'video', query)).toBe('forged');
  expect(links.verify(42n, 'thumbnail', query)).toBe('forged');
  expect(links.verify(42n, 'video', { ...query, expires: '99999999999' })).toBe('forged');
  expect(links.verify(42n, 'video', { ...query, signature: '' })).toBe('forged');
  expect(hmacLinks(Buffer.from('another'), () => 0).verify(42n, 'video', query)).toBe('forged');
});

test('a link to an input opens that input for a day, and nothing else', () => {
  let now = 1_000_000;
  const links = hmacLinks(secret, () => now);
  const url = links.signInput('https://video.example', 42n);
  expect(url).toMatch(/^https:\/\/video\.example\/v1\/inputs\/42\?expires=1086400&signature=/);
  expect(links.verifyInput(42n, queryOf(url))).toBe('valid');
  expect(links.verifyInput(43n, queryOf(url))).toBe('forged');
  expect(links.verify(42n, 'video', queryOf(url))).toBe('forged');
  expect(links.verifyInput(42n, queryOf(links.sign('https://video.example', 42n, 'video').url))).toBe('forged');
  now += 86_401;
  expect(links.verifyInput(42n, queryOf(url))).toBe('expired');
});
