import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, pngOf, startMediaServer } from '../../harness/media-server.ts';

/**
 * Every model in every mode that `GET /v1/video/models` lists reaches its vendor's emulator, which checks the body. The
 * prompt makes the vendor end without a video, so that nothing is rendered: a body that the vendor refuses ends otherwise.
 * A sample of what the source documents do not show is rendered.
 */

const ENDS_WITHOUT_VIDEO = 'a fox [test:missing]';
/** Vidu publishes no price for it, so it is refused. */
const UNPRICED = 'viduq2-pro references';
const RENDERED = [
  ['jisudance2.0-fast-480p', 'image'],
  ['seedance2.0-480p', 'frames'],
  ['seedance2.0-mini-480p', 'references'],
  ['veo-3.1-lite-generate-001', 'image'],
  ['viduq3t-540p', 'references'],
] as const;

interface ListedInput {
  readonly role: string;
  readonly kind: string;
  readonly min: number;
}
interface ListedMode {
  readonly duration: { readonly allowed: readonly number[] };
  readonly inputs: readonly ListedInput[];
}
interface ListedModel {
  readonly id: string;
  readonly family: string;
  readonly modes: Readonly<Record<string, ListedMode>>;
}

let gateway: RunningGateway;
let media: MediaServer;
let models: readonly ListedModel[];
let folder: string;

beforeAll(async () => {
  media = await startMediaServer();
  media.put('picture.png', { mediaType: 'image/png', bytes: pngOf({ width: 640, height: 360 }) });
  folder = await mkdtemp(join(tmpdir(), 'onereel-every-model-'));
  // Without a rate, models that bill in yuan have no price.
  await writeFile(join(folder, 'onereel.yaml'), 'rates: { CNY: { usd: 0.14, date: 2026-11-20 } }\n');
  gateway = await startTestGateway({
    env: {
      ONEREEL_FETCH_ALLOW: media.hostPort,
      ONEREEL_SANDBOX_SPEED: '100',
      ONEREEL_CONFIG: join(folder, 'onereel.yaml'),
    },
  });
  models = (await api(gateway).call('GET', '/v1/video/models')).body.data;
  const source = await makeVideo({ model: 'veo-3.1-lite-generate-001', prompt: 'a pier', duration: 4 });
  media.put('film.mp4', { mediaType: 'video/mp4', bytes: await fileOf(source) });
}, 90_000);

afterAll(async () => {
  await discard(gateway);
  await media.close();
  await rm(folder, { recursive: true, force: true });
});

async function makeVideo(body: unknown): Promise<Answer['body']> {
  const { create, finished } = api(gateway);
  const created = await create(body);
  expect(created.status, JSON.stringify(created.body)).toBe(200);
  return (await finished(created.body.id, 60)).body;
}

const fileOf = async ({ video_url }: Answer['body']): Promise<Buffer> =>
  Buffer.from(await (await fetch(video_url)).arrayBuffer());

/** The least body of a mode, with the media fields that the family's page names. */
function bodyOf({ id, family }: ListedModel, { duration, inputs }: ListedMode, prompt: string): object {
  const needed = inputs.filter(({ min }) => min > 0);
  const fields = (needed.length > 0 ? needed : inputs.slice(0, 1)).map((input) => fieldOf(family, input));
  // An extension has one length, which is not asked for.
  const asked = inputs.some(({ role }) => role === 'source') ? {} : { duration: duration.allowed[0] };
  return { model: id, prompt, ...asked, ...Object.fromEntries(fields) };
}

function fieldOf(family: string, { role, kind, min }: ListedInput): readonly [string, string | string[]] {
  const [picture, film] = [`${media.url}/picture.png`, `${media.url}/film.mp4`];
  switch (`${role} ${kind}`) {
    case 'first_frame image':
      return ['image', picture];
    case 'last_frame image':
      return ['last_image', picture];
    case 'reference image':
      return [family === 'vidu' ? 'reference_image_urls' : 'images', Array<string>(Math.max(1, min)).fill(picture)];
    case 'reference video':
      return ['videos', Array<string>(Math.max(1, min)).fill(film)];
    case 'source video':
      return ['video', film];
    default:
      throw new Error(`no field is known for a ${role} ${kind}`);
  }
}

/** Every generation, once none is open any more. */
async function allEnded(withinSeconds: number): Promise<ReadonlyMap<string, Answer['body']>> {
  const { call } = api(gateway);
  const until = performance.now() + withinSeconds * 1000;
  for (const status of ['queued', 'in_progress', 'queued', 'in_progress']) {
    while ((await call('GET', `/v1/videos?limit=1&status=${status}`)).body.data.length > 0) {
      if (performance.now() > until) throw new Error(`some are still ${status} after ${withinSeconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const found = new Map<string, Answer['body']>();
  for (let after = ''; ; ) {
    const { body } = await call('GET', `/v1/videos?limit=100${after}`);
    for (const one of body.data) found.set(one.id, one);
    if (!body.has_more) return found;
    after = `&after=${body.last_id}`;
  }
}

test('every model in every mode is quoted as it is held, and taken by its vendor', async () => {
  const cases = models.flatMap((model) =>
    Object.entries(model.modes).map(([mode, listed]) => ({
      name: `${model.id} ${mode}`,
      mode,
      body: bodyOf(model, listed, ENDS_WITHOUT_VIDEO),
    })),
  );
  expect(cases.length).toBeGreaterThan(150);
  const made: { readonly name: string; readonly id: string }[] = [];
  expect(cases.map(({ name }) => name)).toContain(UNPRICED);
  for (const { name, mode, body } of cases.filter((one) => one.name !== UNPRICED)) {
    const quote = await api(gateway).call('POST', '/v1/video/quotes', { body });
    const answer = await api(gateway).create(body);
    expect([name, answer.status, answer.body.mode], JSON.stringify(answer.body)).toEqual([name, 200, mode]);
    expect(answer.body.warnings, name).toBeUndefined();
    expect(answer.body.cost.held_micros, name).toBeGreaterThan(0);
    const { held_micros, quoted_micros } = answer.body.cost;
    expect({ name, ...quote.body }).toMatchObject({ name, mode, held_micros, quoted_micros });
    made.push({ name, id: answer.body.id });
  }
  const ended = await allEnded(90);
  const otherwise = made.flatMap(({ name, id }) => {
    const { error, cost } = ended.get(id);
    return error?.code === 'output_missing' && cost.settled_micros === 0 ? [] : [{ name, error, cost }];
  });
  expect(otherwise).toEqual([]);
}, 180_000);

test.each(RENDERED)(
  '%s makes a video from %s',
  async (id, mode) => {
    const model = models.find((candidate) => candidate.id === id);
    const listed = model?.modes[mode];
    if (!model || !listed) throw new Error(`${id} has no ${mode}`);
    const done = await makeVideo(bodyOf(model, listed, 'a fox in the snow'));
    expect(done).toMatchObject({ status: 'completed', mode, result: { media: { audio: true } } });
    expect(done.result.media.seconds).toBeCloseTo(listed.duration.allowed[0] ?? 0, 1);
    expect((await fileOf(done)).length).toBe(done.result.media.bytes);
  },
  90_000,
);
