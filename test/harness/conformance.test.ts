import { expect, test } from 'vitest';
import { assertConforms, type Exchange } from './conformance.ts';

const CREATED = {
  id: 'task_1',
  task_id: 'task_1',
  object: 'video.generation.job',
  model: 'viduq3t-720p',
  status: 'queued',
  progress: 0,
  created_at: 1,
  mode: 'text',
  livemode: false,
  cost: { currency: 'USD', quoted_micros: 1, held_micros: 1, settled_micros: 0 },
};

const exchange = (more: Partial<Exchange> = {}): Exchange => ({
  method: 'POST',
  path: '/v1/video/generations',
  status: 200,
  headers: new Headers({ 'content-type': 'application/json; charset=utf-8', 'x-request-id': 'req_1' }),
  requestBody: { model: 'viduq3t-720p', prompt: 'a fox', duration: '5' },
  responseBody: CREATED,
  ...more,
});

const refusal = (code: string, status: number, more: Partial<Exchange> = {}) =>
  exchange({
    status,
    responseBody: { error: { message: 'no', type: 'invalid_request_error', code, param: null, request_id: 'req_1' } },
    ...more,
  });

test('a described exchange passes, on every alias, with query and trailing slash', () => {
  for (const path of ['/v1/video/generations', '/v1/videos/generations', '/v1/videos', '/v1/videos/?a=b']) {
    assertConforms(exchange({ path }));
  }
});

test.each([
  ['a field that is not described', { responseBody: { ...CREATED, secret: 1 } }, /additional properties/],
  ['a field that is missing', { responseBody: { ...CREATED, cost: undefined } }, /'cost'/],
  ['a field of another type', { responseBody: { ...CREATED, progress: '0' } }, /progress must be integer/],
  ['a status that is not described', { status: 202 }, /the statuses are 200/],
  ['a header that is missing', { headers: new Headers({ 'content-type': 'application/json' }) }, /x-request-id/],
  [
    'a body of another type',
    { headers: new Headers({ 'x-request-id': 'r', 'content-type': 'text/html' }) },
    /text\/html/,
  ],
  ['an accepted request of another form', { requestBody: { model: 5 } }, /was accepted, but/],
  ['an accepted request without a model', { requestBody: '{}' }, /was accepted, but/],
  ['a route that is not described', { path: '/v1/nothing' }, /nothing like it/],
  ['a method that is not described', { method: 'DELETE' }, /nothing like it/],
])('refuses %s', (_what, more: Partial<Exchange>, complaint) => {
  expect(() => assertConforms(exchange(more))).toThrow(complaint);
});

test('an error is held to the codes of its route', () => {
  assertConforms(refusal('missing_field', 400));
  expect(() => assertConforms(refusal('not_ready', 409))).toThrow(/allowed values/);
  expect(() => assertConforms(refusal('missing_field', 400, { method: 'GET' }))).toThrow(/allowed values/);
});

test('where nothing is described only a plain refusal passes', () => {
  assertConforms(refusal('not_found', 404, { path: '/v1/nothing' }));
  assertConforms(refusal('not_supported', 400, { method: 'DELETE', path: '/v1/videos/task_1' }));
  expect(() => assertConforms(refusal('invalid_value', 400, { path: '/v1/nothing' }))).toThrow(/nothing like it/);
});

test('an answer of 500 never passes, though it is described', () => {
  expect(() => assertConforms(refusal('unavailable', 500))).toThrow(/should not have/);
});

test('HEAD is GET without a body', () => {
  const head = { method: 'HEAD', path: '/healthz', requestBody: undefined, responseBody: '' };
  assertConforms(exchange(head));
  expect(() => assertConforms(exchange({ ...head, responseBody: { status: 'ok' } }))).toThrow(/a body came/);
});
