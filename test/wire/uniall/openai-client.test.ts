import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkedFetch } from '../../harness/conformance.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';

interface GenerationAnswer {
  readonly id: string;
  readonly status: string;
  readonly video_url?: string;
}

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => discard(gateway));

const clientWith = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, fetch: checkedFetch });

test('the openai package makes and follows a video with its generic verbs, as the README shows', async () => {
  const client = clientWith(gateway.keys.test);
  let video = await client.post<GenerationAnswer>('/video/generations', {
    body: { model: 'viduq3t-540p', prompt: 'a fox in the snow', duration: 1 },
  });
  while (video.status === 'queued' || video.status === 'in_progress') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    video = await client.get<GenerationAnswer>(`/video/generations/${video.id}`);
  }
  expect(video.status).toBe('completed');
  const file = await fetch(video.video_url ?? '');
  expect(file.headers.get('content-type')).toBe('video/mp4');
});

test('refusals arrive as the package’s own error classes', async () => {
  const asked = clientWith('sk-test-nobody-knows-this-key').get('/video/generations');
  await expect(asked).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  const bad = clientWith(gateway.keys.test).post('/video/generations', {
    body: { model: 'viduq3t-540p', prompt: 'x', duration: 99 },
  });
  await expect(bad).rejects.toMatchObject({ status: 400, code: 'invalid_value', param: 'duration' });
});

test('the model list is the one the package reads', async () => {
  const models = await clientWith(gateway.keys.test).models.list();
  expect(models.data.map(({ id }) => id)).toContain('viduq3p-720p');
});
