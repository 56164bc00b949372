/** One small client per emulated vendor, so that one suite can ask all of them the same things. */
import { type Bench, until } from '../emulator-bench.ts';
import { vertexBearer } from '../vertex-token.ts';

interface Wish {
  readonly prompt: string;
  /** First frame, JPEG bytes. */
  readonly image?: Buffer;
}

/** What a look says, in no vendor's words. */
export interface Look {
  readonly status: number;
  readonly state: 'waiting' | 'running' | 'succeeded' | 'missing' | 'failed' | 'blocked' | 'unknown' | 'error';
  /** Gives the video's bytes. */
  readonly download?: () => Promise<Response>;
}

export interface EmulatorClient {
  readonly vendor: 'vidu' | 'ark' | 'vertex';
  /** Why its results have no expiring link. */
  readonly noLink?: string;
  readonly pixels: { readonly width: number; readonly height: number; readonly seconds: number };
  create(bench: Bench, wish: Wish): Promise<{ status: number; id: string; refusal: string }>;
  look(bench: Bench, id: string): Promise<Look>;
  /** Status of a look at an id that was never given. */
  lookAtNothing(bench: Bench): Promise<number>;
  /** Status with a key that is not taken. */
  withBadKey(bench: Bench): Promise<number>;
}

const dataUri = (image: Buffer): string => `data:image/jpeg;base64,${image.toString('base64')}`;

const VIDU_STATES: Readonly<Record<string, Look['state']>> = {
  created: 'waiting',
  queueing: 'waiting',
  processing: 'running',
};

const vidu: EmulatorClient = {
  vendor: 'vidu',
  pixels: { width: 960, height: 540, seconds: 1 },
  async create(bench, { prompt, image }) {
    const path = `/vidu/ent/v2/${image ? 'img2video' : 'text2video'}`;
    const frame = image && { images: [dataUri(image)] };
    const body = { model: 'viduq3-turbo', prompt, duration: 1, resolution: '540p', ...frame };
    const answer = await bench.call('POST', path, { key: 'Token vda_k', body });
    return { status: answer.status, id: answer.body.task_id, refusal: answer.body.reason };
  },
  async look(bench, id) {
    const { status, body } = await bench.call('GET', `/vidu/ent/v2/tasks/${id}/creations`, { key: 'Token vda_k' });
    if (status !== 200) return { status, state: 'error' };
    if (body.state === 'failed') {
      return { status, state: body.err_code === 'CreationPolicyViolation' ? 'blocked' : 'failed' };
    }
    if (body.state !== 'success') return { status, state: VIDU_STATES[body.state] ?? 'unknown' };
    const [creation] = body.creations;
    return creation
      ? { status, state: 'succeeded', download: () => fetch(creation.url) }
      : { status, state: 'missing' };
  },
  lookAtNothing: async (bench) => (await vidu.look(bench, '1')).status,
  withBadKey: async (bench) => (await bench.call('GET', '/vidu/ent/v2/credits', { key: 'Token bad-1' })).status,
};

const TASKS = '/ark/api/v3/contents/generations/tasks';

const ark: EmulatorClient = {
  vendor: 'ark',
  pixels: { width: 864, height: 496, seconds: 4 },
  async create(bench, { prompt, image }) {
    const frame = image ? [{ type: 'image_url', image_url: { url: dataUri(image) }, role: 'first_frame' }] : [];
    const body = {
      model: 'doubao-seedance-2-0-fast-260128',
      content: [{ type: 'text', text: prompt }, ...frame],
      duration: 4,
      resolution: '480p',
    };
    const answer = await bench.call('POST', TASKS, { key: 'Bearer ark-k', body });
    return { status: answer.status, id: answer.body.id, refusal: answer.body.error?.code };
  },
  async look(bench, id) {
    const { status, body } = await bench.call('GET', `${TASKS}/${id}`, { key: 'Bearer ark-k' });
    if (status !== 200) return { status, state: 'error' };
    if (body.status === 'failed') {
      return { status, state: body.error.code === 'OutputVideoSensitiveContentDetected' ? 'blocked' : 'failed' };
    }
    if (body.status === 'queued') return { status, state: 'waiting' };
    if (body.status === 'running') return { status, state: 'running' };
    if (body.status !== 'succeeded') return { status, state: 'unknown' };
    const url = body.content.video_url;
    return url ? { status, state: 'succeeded', download: () => fetch(url) } : { status, state: 'missing' };
  },
  lookAtNothing: async (bench) => (await ark.look(bench, 'cgt-1')).status,
  withBadKey: async (bench) => (await bench.call('GET', TASKS, { key: 'Bearer bad-1' })).status,
};

const PARENT = 'projects/p/locations/us-central1/publishers/google/models/veo-3.1-fast-generate-001';

const vertex: EmulatorClient = {
  vendor: 'vertex',
  noLink: 'the bytes come with the answer',
  pixels: { width: 1280, height: 720, seconds: 4 },
  async create(bench, { prompt, image }) {
    const frame = image && { image: { bytesBase64Encoded: image.toString('base64'), mimeType: 'image/jpeg' } };
    const body = { instances: [{ prompt, ...frame }], parameters: { durationSeconds: 4 } };
    const key = await vertexBearer(bench.url);
    const answer = await bench.call('POST', `/vertex/v1/${PARENT}:predictLongRunning`, { key, body });
    return { status: answer.status, id: answer.body.name, refusal: answer.body.error?.status };
  },
  async look(bench, operationName) {
    const key = await vertexBearer(bench.url);
    const path = `/vertex/v1/${PARENT}:fetchPredictOperation`;
    const { status, body } = await bench.call('POST', path, { key, body: { operationName } });
    if (status !== 200) return { status, state: 'error' };
    if (body.metadata !== undefined) return { status, state: 'unknown' };
    if (body.done !== true) return { status, state: 'running' };
    if (body.error !== undefined) return { status, state: 'failed' };
    const [clip] = body.response.videos ?? [];
    if (clip === undefined) return { status, state: body.response.raiMediaFilteredCount > 0 ? 'blocked' : 'missing' };
    const download = async () => new Response(Buffer.from(clip.bytesBase64Encoded, 'base64'));
    return { status, state: 'succeeded', download };
  },
  lookAtNothing: async (bench) => (await vertex.look(bench, `${PARENT}/operations/1`)).status,
  withBadKey: async (bench) =>
    (await bench.call('POST', `/vertex/v1/${PARENT}:fetchPredictOperation`, { key: 'Bearer ya29.bad', body: {} }))
      .status,
};

export const EMULATOR_CLIENTS: readonly EmulatorClient[] = [vidu, ark, vertex];

/** Looks until the task has ended or is in an unknown state. */
export const lookUntilEnd = (client: EmulatorClient, bench: Bench, id: string): Promise<Look> =>
  until(
    () => client.look(bench, id),
    ({ state }) => state !== 'waiting' && state !== 'running',
  );
