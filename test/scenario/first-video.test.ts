import { expect, test } from 'vitest';
import { api } from '../harness/api.ts';
import { discard, startTestGateway } from '../harness/gateway.ts';

test('a request becomes a stored, playable video on a fresh data folder', async () => {
  const gateway = await startTestGateway();
  try {
    const { create, finished, call } = api(gateway);
    const created = await create({ model: 'viduq3t-720p', prompt: 'a fox in the snow', duration: 2 });
    expect(created.status).toBe(200);
    expect(created.body).toMatchObject({
      object: 'video.generation.job',
      status: 'queued',
      livemode: false,
      mode: 'text',
    });
    const { body } = await finished(created.body.id);
    expect(body).toMatchObject({
      status: 'completed',
      progress: 100,
      error: null,
      result: { media: { seconds: 2, width: 1280, height: 720 } },
    });
    const video = await fetch(body.video_url);
    expect(video.headers.get('content-type')).toBe('video/mp4');
    expect((await video.arrayBuffer()).byteLength).toBe(body.result.media.bytes);
    expect((await call('GET', `/v1/videos/${created.body.id}`)).body.task_id).toBe(created.body.id);
  } finally {
    await discard(gateway);
  }
});
