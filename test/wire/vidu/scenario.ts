/** What a caller of Vidu's API does, against whoever serves it: the emulator and the gateway. */
import { expect, test } from 'vitest';
import { followStates, openViduClient, type ViduClient } from './client.ts';
import { openCallbackVerifier } from './client-callbacks.ts';
import { refusalTests } from './scenario-refusals.ts';
import { cancelledTask, dataUri, picture, refusalOf, type ViduTarget } from './scenario-target.ts';

const MODEL = 'viduq3-turbo';
/** Of one seed, so that whoever asks again finds it rendered. */
const QUICK = { model: MODEL, resolution: '540p', duration: 1, seed: 7 } as const;
const REFERENCES = { ...QUICK, duration: 3 } as const;

async function expectLink(url: string, kind: 'video' | 'image'): Promise<Buffer> {
  const response = await fetch(url);
  expect([response.status, response.headers.get('content-type')?.split('/')[0]]).toEqual([200, kind]);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.toString('latin1', ...(kind === 'video' ? [4, 8] : [0, 2]))).toBe(
    kind === 'video' ? 'ftyp' : '\xff\xd8',
  );
  return bytes;
}

async function expectVideo(client: ViduClient, id: string): Promise<void> {
  const { state, creations } = await client.finished(id);
  expect(state).toBe('success');
  for (const { url, cover_url } of creations) {
    await expectLink(url, 'video');
    await expectLink(cover_url, 'image');
  }
}

/** Registers the tests. `target` is asked when they run. */
export function viduScenario(target: () => ViduTarget): void {
  createTests(target);
  taskTests(target);
  refusalTests(target);
  callbackTests(target);
}

function createTests(target: () => ViduTarget): void {
  const client = () => openViduClient(target().account);

  test('text2video takes every parameter, echoes it, and gives a video and its marked copy', async () => {
    const payload = JSON.stringify({ order: 17, note: 'ünïcode 雪' });
    const { media } = target();
    const made = await client().text2video({
      ...QUICK,
      prompt: 'a fox in the snow',
      style: 'anime',
      aspect_ratio: '9:16',
      seed: 7,
      movement_amplitude: 'large',
      bgm: false,
      audio: true,
      payload,
      off_peak: false,
      watermark: true,
      wm_position: 1,
      wm_url: media.put('mark.png', { mediaType: 'image/png', bytes: picture() }),
      meta_data: JSON.stringify({ Label: '1', ContentProducer: 'tests', ProduceID: '17' }),
    });
    expect(made).toMatchObject({ seed: 7, credits: 7, type: 'text2video', wm_url: `${media.url}/mark.png` });
    const done = await client().finished(made.task_id);
    expect(done).toMatchObject({ state: 'success', payload, credits: made.credits });
    const [creation] = done.creations;
    await expectLink(creation?.url ?? '', 'video');
    await expectLink(creation?.cover_url ?? '', 'image');
    await expectLink(creation?.watermarked_url ?? '', 'video');
  });

  test('a payload of a million characters comes back', async () => {
    const payload = 'p'.repeat(1_048_576);
    const made = await client().text2video({ ...QUICK, prompt: 'a fox', payload });
    expect((await client().creations(made.task_id)).payload).toBe(payload);
    const longer = client().text2video({ ...QUICK, prompt: 'a fox', payload: `${payload}p` });
    expect(await refusalOf(longer)).toMatchObject({ status: 400, reason: 'FieldInvalid' });
  });

  test('without wishes there are the defaults, a chosen seed and no marked copy', async () => {
    const made = await client().text2video({ model: MODEL, prompt: 'a fox', seed: 0 });
    expect(made).toMatchObject({
      duration: 5,
      resolution: '720p',
      aspect_ratio: '16:9',
      movement_amplitude: 'auto',
      ...{ audio: true, audio_type: 'all', bgm: false, watermark: false, off_peak: false, payload: '', credits: 55 },
    });
    expect(made.seed).toBeGreaterThan(0);
    const done = await client().finished(made.task_id);
    expect(done.creations.map(({ watermarked_url }) => watermarked_url)).toEqual(['']);
  });

  test('img2video takes an address or a data URI', async () => {
    const address = target().media.put('first.png', { mediaType: 'image/png', bytes: picture(40) });
    for (const image of [address, dataUri(picture(80))]) {
      const made = await client().img2video({ ...QUICK, prompt: 'it wakes', images: [image] });
      expect(made.type).toBe('img2video');
      await expectVideo(client(), made.task_id);
    }
  });

  test('start-end2video takes two frames, without a prompt', async () => {
    const images = [dataUri(picture(0)), dataUri(picture(120))] as const;
    const made = await client().startEnd2video({ ...QUICK, images });
    expect(made.type).toBe('headtailimg2video');
    await expectVideo(client(), made.task_id);
  });

  test('reference2video takes plain images', async () => {
    const images = [dataUri(picture(0)), dataUri(picture(60)), dataUri(picture(120))];
    const made = await client().reference2video({ ...REFERENCES, prompt: 'they meet', images, aspect_ratio: '1:1' });
    await expectVideo(client(), made.task_id);
  });

  test('reference2video takes subjects that the prompt names', async () => {
    const subjects = [
      { name: 'fox', images: [dataUri(picture(0)), dataUri(picture(20))] },
      { name: 'hare', images: [dataUri(picture(120))] },
    ];
    const wish = { ...REFERENCES, model: 'viduq3', prompt: '@fox meets @hare', subjects };
    await expectVideo(client(), (await client().reference2video(wish)).task_id);
  });

  test.each([
    ['viduq2', { duration: 2, resolution: '540p', bgm: true }],
    ['viduq1', { style: 'anime' }],
  ] as const)('an older model makes its video: %s', async (model, wish) => {
    const made = await client().text2video({ model, prompt: 'a fox', seed: 7, ...wish });
    expect(made.audio).toBe(false);
    await expectVideo(client(), made.task_id);
  });

  test('what cannot be made ends as failed, with a name and without credits', async () => {
    const made = await client().text2video({ ...QUICK, prompt: 'a fox [test:failed]' });
    const { state, err_code, credits } = await client().finished(made.task_id);
    expect([state, credits]).toEqual(['failed', 0]);
    expect(err_code).toMatch(/^[A-Z]\w+$/);
  });
}

function taskTests(target: () => ViduTarget): void {
  const client = () => openViduClient(target().account);

  test('the list has what was made, newest first, by pages and filters', async () => {
    const ids: string[] = [];
    for (const resolution of ['540p', '720p', '540p']) {
      const made = await client().text2video({ ...QUICK, resolution, prompt: `listed ${ids.length}` });
      ids.unshift(made.task_id);
    }
    for (const id of ids) await client().finished(id);
    const idsOf = async (filter: Parameters<ViduClient['tasks']>[0]) =>
      (await client().tasks({ taskIds: ids, ...filter })).tasks.map(({ id }) => id);
    expect(await idsOf({})).toEqual(ids);
    expect(await idsOf({ states: ['success'] })).toEqual(ids);
    expect(await idsOf({ states: ['failed', 'processing'] })).toEqual([]);
    expect(await idsOf({ resolutions: ['720p'] })).toEqual([ids[1]]);
    expect(await idsOf({ modelVersions: ['q3-turbo'] })).toEqual(ids);
    expect(await idsOf({ modelVersions: ['q2', '2.0'] })).toEqual([]);
    expect(await idsOf({ createdTo: new Date(Date.now() - 3_600_000) })).toEqual([]);
    expect(await idsOf({ createdFrom: new Date(Date.now() - 3_600_000), createdTo: new Date() })).toEqual(ids);
    expect(await idsOf({ pageSize: 2 })).toEqual(ids.slice(0, 2));
    expect(await idsOf({ pageSize: 2, page: 1 })).toEqual(ids.slice(2));
    const { next_page_token: pageToken } = await client().tasks({ taskIds: ids, pageSize: 2 });
    const rest = await client().tasks({ taskIds: ids, pageSize: 2, pageToken });
    expect([rest.tasks.map(({ id }) => id), rest.next_page_token]).toEqual([ids.slice(2), '']);
    const [newest] = rest.tasks;
    expect(newest).toMatchObject({ model: MODEL, prompt: 'listed 0', duration: 1, resolution: '540p', images: [] });
    expect(newest?.creations[0]?.video).toMatchObject({ duration: 1, resolution: { width: 960, height: 540 } });
    await expectLink(newest?.creations[0]?.url ?? '', 'video');
    expect(await refusalOf(client().tasks({ pageSize: 101 }))).toMatchObject({ status: 400, reason: 'FieldInvalid' });
  });

  test('what is not scheduled yet can be cancelled, what runs or has ended cannot', async () => {
    const late = { status: 400, reason: 'BadRequest', message: 'task state is scheduled, can not cancel' };
    const ended = await client().finished(await cancelledTask(client()));
    expect(ended).toMatchObject({ state: 'failed', err_code: 'UserCancelled', credits: 0 });

    const running = await client().text2video({ ...QUICK, prompt: 'a fox [test:slow]' });
    await expect
      .poll(async () => (await client().creations(running.task_id)).state, { interval: 20, timeout: 10_000 })
      .toBe('processing');
    expect(await refusalOf(client().cancel(running.task_id))).toEqual(late);
    expect((await client().finished(running.task_id)).state).toBe('success');
    expect(await refusalOf(client().cancel(running.task_id))).toEqual(late);
  });

  test('credits are shown, their packages when asked', async () => {
    const before = await client().credits();
    const { packages = [] } = await client().credits({ showDetail: true });
    expect(packages.length).toBeGreaterThan(0);
    expect((await client().credits({ showDetail: false })).remains[0]?.type).toBe(before.remains[0]?.type);
  });

  test('an id that is no number is refused before the key is looked at', async () => {
    const stranger = openViduClient({ ...target().account, key: 'bad-key' });
    for (const id of ['abc', '12x', '-', '9'.repeat(30)]) {
      expect(await refusalOf(stranger.send('GET', `/tasks/${id}/creations`))).toMatchObject({
        status: 400,
        reason: 'CODEC',
      });
      expect(await refusalOf(stranger.send('POST', `/tasks/${id}/cancel`, { id }))).toMatchObject({ reason: 'CODEC' });
    }
    expect(await refusalOf(stranger.creations('0'))).toMatchObject({ status: 401, reason: 'Unauthorized' });
    expect(await refusalOf(stranger.credits())).toMatchObject({ status: 401, reason: 'Unauthorized' });
    expect(await refusalOf(stranger.text2video({ ...QUICK, prompt: 'x' }))).toMatchObject({ status: 401 });
  });

  test('an unknown task is not found', async () => {
    for (const id of ['0', '940125400401448960']) {
      expect(await refusalOf(client().creations(id))).toMatchObject({ status: 404, reason: 'TaskNotFound' });
      expect(await refusalOf(client().cancel(id))).toMatchObject({ status: 404, reason: 'TaskNotFound' });
    }
  });
}

function callbackTests(target: () => ViduTarget): void {
  test('each change of state is called back, signed, once and in order', async () => {
    const { account, receiver } = target();
    const client = openViduClient(account);
    const payload = `callback of ${Date.now()}`;
    const made = await client.text2video({ ...QUICK, prompt: 'a fox', payload, callback_url: receiver.url });
    const ours = () => receiver.received.filter(({ body }) => body.includes(made.task_id));
    await expect.poll(() => ours().at(-1)?.body ?? '', { timeout: 30_000 }).toContain('"success"');
    await client.finished(made.task_id);

    const verifier = openCallbackVerifier(account.key);
    const follow = followStates();
    const told = ours().map((request) => verifier.verify(request));
    for (const { id, state, payload: echoed } of told) {
      expect([id, echoed]).toEqual([made.task_id, payload]);
      follow(state);
    }
    expect(told.map(({ state }) => state)).toContain('processing');
    expect(told.at(-1)?.creations).toHaveLength(1);
    await expectLink(told.at(-1)?.creations[0]?.url ?? '', 'video');

    const [first] = ours();
    if (first === undefined) throw new Error('nothing was called back');
    expect(() => verifier.verify(first)).toThrow('nonce');
    expect(() => openCallbackVerifier('another key').verify(first)).toThrow('signature');
    expect(() => openCallbackVerifier(account.key).verify({ ...first, url: '/other' })).toThrow('signature');
    const hours = new Date(Date.now() + 7_200_000);
    expect(() => openCallbackVerifier(account.key).verify(first, hours)).toThrow('Date');
  });

  test('a callback of an end that is not taken comes again', async () => {
    const { account, receiver, endCalls } = target();
    const client = openViduClient(account);
    const made = await client.text2video({
      ...QUICK,
      prompt: 'a fox [test:failed]',
      callback_url: receiver.refusingUrl,
    });
    const ends = () => receiver.received.filter(({ body }) => body.includes(made.task_id) && body.includes('"failed"'));
    await expect.poll(() => ends().length, { timeout: 30_000 }).toBe(endCalls);
    const verifier = openCallbackVerifier(account.key);
    for (const request of ends()) expect(verifier.verify(request).state).toBe('failed');
  });
}
