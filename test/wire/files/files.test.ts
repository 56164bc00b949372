import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { png } from '../../../src/media/testing/image-bytes.ts';
import { movie } from '../../../src/media/testing/mp4-boxes.ts';
import { wav } from '../../../src/media/testing/sound-bytes.ts';
import { api } from '../../harness/api.ts';
import { checkedFetch } from '../../harness/conformance.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { advanceClock, rows } from '../../harness/rows.ts';
import { upload } from '../../harness/upload.ts';

const picture = png(64, 32);
const sha256 = createHash('sha256').update(picture).digest('hex');

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => discard(gateway));

const arriving = (): Promise<string[]> => readdir(join(gateway.dataFolder, 'media/inputs/arriving'));

test('an upload answers what the file is, and can be read, listed, fetched and deleted', async () => {
  const { status, body } = await upload(gateway, { file: picture, name: 'fox.png' });
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      id: expect.stringMatching(/^file_\d+$/),
      object: 'file',
      bytes: picture.length,
      created_at: expect.any(Number),
      expires_at: expect.any(Number),
      filename: 'fox.png',
      purpose: 'user_data',
      media: { type: 'image/png', width: 64, height: 32 },
      sha256,
      livemode: false,
    },
  });
  expect(body.expires_at - body.created_at).toBe(7 * 24 * 3600);
  const { call } = api(gateway);
  expect((await call('GET', `/v1/files/${body.id}`)).body).toEqual(body);
  expect((await call('GET', '/v1/files')).body).toMatchObject({ object: 'list', data: [body], has_more: false });
  expect(await call('DELETE', `/v1/files/${body.id}`)).toMatchObject({
    status: 200,
    body: { id: body.id, object: 'file', deleted: true },
  });
  for (const [method, tail] of [
    ['GET', ''],
    ['GET', '/content'],
    ['DELETE', ''],
  ] as const)
    expect((await call(method, `/v1/files/${body.id}${tail}`)).status).toBe(404);
  expect((await call('GET', '/v1/files')).body.data).toEqual([]);
  expect(await arriving()).toEqual([]);
});

test('the type is what the bytes say, whatever name and type the caller gave', async () => {
  const film = movie();
  for (const [file, media] of [
    [picture, { type: 'image/png' }],
    [film, { type: 'video/mp4', audio: expect.any(Boolean), seconds: expect.any(Number), fps: expect.any(Number) }],
    [wav({ seconds: 2 }), { type: 'audio/wav', seconds: 2 }],
  ] as const)
    expect((await upload(gateway, { file, name: 'page.html' })).body).toMatchObject({ filename: 'page.html', media });
});

test('its bytes come with ranges, HEAD, an entity tag and without being taken for a page', async () => {
  const { id } = (await upload(gateway, { file: picture, name: 'fox “1”.png' })).body;
  const ask = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${gateway.url}/v1/files/${id}/content`, {
      method,
      headers: { authorization: `Bearer ${gateway.keys.test}`, ...headers },
    });
  const whole = await ask();
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(picture);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'image/png',
    etag: `"${sha256}"`,
    'x-content-type-options': 'nosniff',
    'content-disposition': `inline; filename="fox _1_.png"; filename*=UTF-8''fox%20%E2%80%9C1%E2%80%9D.png`,
  });
  const part = await ask({ range: 'bytes=1-3' });
  expect({ status: part.status, text: await part.text() }).toEqual({ status: 206, text: 'PNG' });
  expect((await ask({ range: 'bytes=99999-' })).status).toBe(416);
  expect((await ask({ 'if-none-match': `"${sha256}"` })).status).toBe(304);
  const head = await ask({}, 'HEAD');
  expect(head.headers.get('content-length')).toBe(String(picture.length));
  expect((await ask({ authorization: '' })).status).toBe(401);
});

test('an expiry can be chosen, in our word and in OpenAI’s, and ends the file by the database’s clock', async () => {
  const brief = (await upload(gateway, { file: picture, fields: { expires_after: '3600', purpose: 'vision' } })).body;
  expect([brief.expires_at - brief.created_at, brief.purpose]).toEqual([3600, 'vision']);
  const theirs = await upload(gateway, {
    file: picture,
    fields: { 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '7200' },
  });
  expect(theirs.body.expires_at - theirs.body.created_at).toBe(7200);
  await advanceClock(gateway.dataFolder, 3601);
  const { call } = api(gateway);
  expect((await call('GET', `/v1/files/${brief.id}`)).status).toBe(404);
  expect((await call('GET', `/v1/files/${brief.id}/content`)).status).toBe(404);
  expect((await call('GET', `/v1/files/${theirs.body.id}`)).status).toBe(200);
  expect((await call('GET', '/v1/files')).body.data.map(({ id }: { id: string }) => id)).not.toContain(brief.id);
});

test('the list has pages, and refuses what it cannot read', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) ids.unshift((await upload(gateway, { file: png(8, 8 + count) })).body.id);
  const { call } = api(gateway);
  const first = (await call('GET', '/v1/files?limit=2')).body;
  expect(first).toMatchObject({ first_id: ids[0], last_id: ids[1], has_more: true });
  expect((await call('GET', `/v1/files?limit=1&after=${ids[1]}`)).body).toMatchObject({ first_id: ids[2] });
  for (const [query, param] of [
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['after=task_1', 'after'],
    ['after=a&after=b', 'after'],
  ])
    expect(await call('GET', `/v1/files?${query}`)).toMatchObject({ status: 400, body: { error: { param } } });
});

test('another project and the other world find nothing, with any verb', async () => {
  const { id } = (await upload(gateway, { file: picture })).body;
  const foreignKey = `sk-test-${'f'.repeat(40)}`;
  await rows(
    gateway.dataFolder,
    `with project as (insert into projects (name) values ('other') returning id)
    insert into api_keys (project_id, kind, hash, name) select id, 'test', $1, 'other' from project`,
    [createHash('sha256').update(foreignKey).digest()],
  );
  for (const key of [gateway.keys.live, foreignKey]) {
    const { call } = api(gateway, key);
    expect((await call('GET', '/v1/files')).body.data).toEqual([]);
    for (const [method, tail] of [
      ['GET', ''],
      ['GET', '/content'],
      ['DELETE', ''],
    ] as const)
      expect((await call(method, `/v1/files/${id}${tail}`)).status).toBe(404);
    const own = (await upload(gateway, { file: picture }, key)).body;
    expect(own).toMatchObject({ sha256, livemode: key === gateway.keys.live });
    await call('DELETE', `/v1/files/${own.id}`);
  }
  expect((await api(gateway).call('GET', `/v1/files/${id}/content`)).status).toBe(200);
  const keys = await rows(gateway.dataFolder, 'select storage_key from inputs where sha256 = $1', [sha256]);
  expect(new Set(keys.map(({ storage_key }) => storage_key)).size).toBe(3);
});

test('without a key, with a wrong one and with the admin’s nothing is read', async () => {
  for (const key of ['', 'sk-test-nobody-knows-this-key', gateway.keys.admin])
    expect((await upload(gateway, { file: picture }, key)).status).toBe(401);
});

test('the openai package uploads, lists, reads and deletes', async () => {
  const client = new OpenAI({ apiKey: gateway.keys.test, baseURL: `${gateway.url}/v1`, fetch: checkedFetch });
  const file = await client.files.create({
    file: await toFile(picture, 'fox.png'),
    purpose: 'user_data',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  });
  expect(file).toMatchObject({ object: 'file', filename: 'fox.png', bytes: picture.length });
  expect((await client.files.retrieve(file.id)).id).toBe(file.id);
  const listed: string[] = [];
  for await (const { id } of client.files.list({ limit: 1 })) listed.push(id);
  expect(listed).toContain(file.id);
  expect(Buffer.from(await (await client.files.content(file.id)).arrayBuffer()).length).toBe(picture.length);
  expect(await client.files.delete(file.id)).toMatchObject({ deleted: true });
});

describe('as an input', () => {
  const image = { model: 'viduq3t-540p', prompt: 'the fox looks up', duration: 1 };

  test('a file’s id, and the address of its content, stand for its bytes', async () => {
    const { id } = (await upload(gateway, { file: png(640, 360) })).body;
    const { create, finished, call } = api(gateway);
    for (const address of [id, `${gateway.url}/v1/files/${id}/content`]) {
      const { status, body } = await create({ ...image, image: address });
      expect({ status, mode: body.mode, error: body.error }).toEqual({ status: 200, mode: 'image' });
      expect((await finished(body.id)).body).toMatchObject({ status: 'completed' });
    }
    const kept = await create({ ...image, prompt: 'it stays [test:slow]', image: id });
    expect((await call('DELETE', `/v1/files/${id}`)).status).toBe(200);
    expect((await finished(kept.body.id, 60)).body).toMatchObject({ status: 'completed' });
  }, 90_000);

  test('one that is unknown, deleted, expired, another’s or misspelled is named', async () => {
    const { create, call } = api(gateway);
    const gone = (await upload(gateway, { file: picture })).body.id;
    await call('DELETE', `/v1/files/${gone}`);
    const theirs = (await upload(gateway, { file: picture }, gateway.keys.live)).body.id;
    for (const id of ['file_1', gone, theirs]) {
      expect(await create({ ...image, image: id })).toMatchObject({
        status: 400,
        body: {
          error: { code: 'input_invalid', param: 'image', message: expect.stringContaining(`image is ${id}`) },
        },
      });
    }
    for (const id of ['file_', 'file_12x', 'file-12', 'file_99999999999999999999']) {
      expect(await create({ ...image, image: id })).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_value', param: 'image', message: expect.stringContaining('POST /v1/files') } },
      });
    }
  });

  test('the rules of the model hold for it', async () => {
    const { id } = (await upload(gateway, { file: wav({ seconds: 2 }), name: 'fox.png' })).body;
    expect(await api(gateway).create({ ...image, image: id })).toMatchObject({
      status: 400,
      body: { error: { code: 'input_invalid', param: 'image', message: expect.stringContaining('audio/wav') } },
    });
  });
});
