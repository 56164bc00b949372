import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => discard(gateway));

const png =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const FULL = {
  ...{ model: 'viduq3-turbo', prompt: 'a fox', duration: 3, seed: 1, resolution: '540p', aspect_ratio: '16:9' },
  ...{ style: 'general', movement_amplitude: 'auto', bgm: false, audio: true, audio_type: 'all', voice_id: 'x' },
  ...{ is_rec: false, watermark: true, wm_position: 1, wm_url: '', meta_data: '{}', payload: 'p', off_peak: false },
  ...{ callback_url: '', images: [png], videos: [], subjects: [], sounds: [], auto_subjects: false },
};
const NAMES = [...Object.keys(FULL), 'constructor', '__proto__', 'toString', 'image', 'extra_body', 'size', 'code'];
const VALUES = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, '', ' ', 0, -1, 4, 4.5, 1e21, true, 'true', '4', 'false', [], {}, [null], [[]], [png], [png, png]],
    ...['viduq2-pro', 'vidu2.0', 'veo3.1-video-720p', 'seedance2.0-720p', 'constructor', 'unspecified', 'top_left'],
    ...[[{ name: 'fox', images: [png] }], [{ name: 'a', server_id: '1' }], [{ name: null }], [{ name: 1, images: {} }]],
    ...['data:,', 'https://', 'http://[', 'file_1', ['file_1'], ['http://127.0.0.1:1/a.png'], '0'.repeat(300)],
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 3 }),
);

test('no body is answered with a 5xx, and every refusal has Vidu’s form', async () => {
  const changes = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.option(VALUES, { nil: undefined })), {
    minLength: 1,
    maxLength: 6,
  });
  const endpoint = fc.constantFrom('text2video', 'img2video', 'start-end2video', 'reference2video');
  const property = fc.asyncProperty(endpoint, fc.boolean(), changes, async (path, full, members) => {
    const body = Object.fromEntries([
      ...Object.entries(full ? FULL : { model: FULL.model, prompt: FULL.prompt }),
      ...members.filter(([, value]) => value !== undefined),
    ]);
    const answer = await api(gateway).call('POST', `/ent/v2/${path}`, { body });
    expect([200, 400]).toContain(answer.status);
    if (answer.status === 200) expect(answer.body.state).toBe('created');
    else expect(answer.body).toMatchObject({ code: 400, reason: expect.stringMatching(/^[A-Z]\w+$/) });
  });
  await fc.assert(property, { numRuns: 120 });
}, 60_000);

test('no query of a list is answered with a 5xx', async () => {
  const name = fc.constantFrom(
    ...['created_at.from', 'created_at.to', 'task_ids', 'templates', 'model_versions', 'resolutions', 'states'],
    ...['pager.page', 'paper.page', 'pager.pagesz', 'pager.page_token', 'show_detail'],
  );
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('1', '0', '-1', '9'.repeat(20), 'NaN', ',,', ''),
  );
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 4 });
  const property = fc.asyncProperty(pairs, async (query) => {
    const search = new URLSearchParams(query.map(([key, text]): [string, string] => [key, text.toWellFormed()]));
    for (const path of ['tasks', 'credits']) {
      const answer = await api(gateway).call('GET', `/v1/vidu/${path}?${search}`);
      expect([200, 400]).toContain(answer.status);
    }
  });
  await fc.assert(property, { numRuns: 60 });
}, 60_000);
