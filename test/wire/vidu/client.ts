/** A client of Vidu's API, written from Vidu's pages alone. It holds every answer against them and believes nothing. */
import type { z } from 'zod';
import {
  type Created,
  type Creations,
  type Credits,
  cancelledSchema,
  createdSchema,
  creationsSchema,
  creditsSchema,
  type Refusal,
  refusalSchema,
  type TaskList,
  taskListSchema,
} from './client-schemas.ts';

export interface ViduAccount {
  /** With its prefix: `https://api.vidu.com/ent/v2`. */
  readonly base: string;
  readonly key: string;
  /** Vidu takes `Token`, resellers take `Bearer`. */
  readonly word: 'Token' | 'Bearer';
}

/** What every create takes. */
interface CommonWish {
  readonly model: string;
  readonly prompt?: string;
  readonly duration?: number;
  readonly seed?: number;
  readonly resolution?: string;
  readonly movement_amplitude?: 'auto' | 'small' | 'medium' | 'large';
  readonly bgm?: boolean;
  readonly audio?: boolean;
  readonly payload?: string;
  readonly off_peak?: boolean;
  readonly watermark?: boolean;
  readonly wm_position?: 1 | 2 | 3 | 4;
  readonly wm_url?: string;
  readonly meta_data?: string;
  readonly callback_url?: string;
}
type AudioType = 'all' | 'speech_only' | 'sound_effect_only';

export interface TextWish extends CommonWish {
  readonly prompt: string;
  readonly style?: 'general' | 'anime';
  readonly aspect_ratio?: string;
}
interface ImageWish extends CommonWish {
  readonly images: readonly [string];
  readonly audio_type?: AudioType;
  readonly voice_id?: string;
  readonly is_rec?: boolean;
}
interface StartEndWish extends CommonWish {
  readonly images: readonly [first: string, last: string];
  readonly is_rec?: boolean;
}
interface ReferenceImagesWish extends CommonWish {
  readonly prompt: string;
  readonly images: readonly string[];
  readonly videos?: readonly string[];
  readonly aspect_ratio?: string;
}
interface ReferenceSubjectsWish extends CommonWish {
  readonly prompt: string;
  readonly subjects: readonly {
    readonly name: string;
    readonly images?: readonly string[];
    readonly videos?: readonly string[];
    readonly voice_id?: string;
  }[];
  readonly aspect_ratio?: string;
  readonly auto_subjects?: boolean;
  readonly audio_type?: AudioType;
}

interface TaskFilter {
  readonly createdFrom?: Date;
  readonly createdTo?: Date;
  readonly taskIds?: readonly string[];
  readonly templates?: readonly string[];
  readonly modelVersions?: readonly string[];
  readonly resolutions?: readonly string[];
  readonly states?: readonly string[];
  /** From 0. */
  readonly page?: number;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/** A refusal in Vidu's envelope. */
export class ViduRefusal extends Error {
  override readonly name = 'ViduRefusal';
  readonly status: number;
  readonly reason: string;
  readonly traceId: string;
  constructor({ code, reason, message, metadata }: Refusal) {
    super(message);
    this.status = code;
    this.reason = reason;
    this.traceId = metadata.trace_id;
  }
}

export interface ViduClient {
  text2video(wish: TextWish): Promise<Created>;
  img2video(wish: ImageWish): Promise<Created>;
  startEnd2video(wish: StartEndWish): Promise<Created>;
  reference2video(wish: ReferenceImagesWish | ReferenceSubjectsWish): Promise<Created>;
  creations(id: string): Promise<Creations>;
  tasks(filter?: TaskFilter): Promise<TaskList>;
  cancel(id: string): Promise<void>;
  credits(options?: { readonly showDetail: boolean }): Promise<Credits>;
  /** Looks until the task has ended; `onLook` sees each answer. */
  finished(id: string, onLook?: (task: Creations) => void): Promise<Creations>;
  /** Any request with this account, as a fault would send it; a string body goes out as it is. */
  send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
}

/** Every method rejects with ViduRefusal when refused, and with a plain Error when an answer is not Vidu's. */
export function openViduClient(account: ViduAccount): ViduClient {
  const send = (method: 'GET' | 'POST', path: string, body?: unknown) => exchange(account, { method, path, body });
  const create = async (endpoint: string, wish: CommonWish): Promise<Created> => {
    const made = parsed(createdSchema, await send('POST', `/${endpoint}`, wish), endpoint);
    assertEchoes(made, wish);
    return made;
  };
  const creations = async (id: string): Promise<Creations> => {
    const task = parsed(creationsSchema, await send('GET', `/tasks/${id}/creations`), 'creations');
    if (task.id !== id) throw new Error(`asked for task ${id}, got ${task.id}`);
    return task;
  };
  return {
    send,
    creations,
    text2video: (wish) => create('text2video', wish),
    img2video: (wish) => create('img2video', wish),
    startEnd2video: (wish) => create('start-end2video', wish),
    reference2video: (wish) => create('reference2video', wish),
    tasks: async (filter = {}) => parsed(taskListSchema, await send('GET', `/tasks${queryOf(filter)}`), 'tasks'),
    async cancel(id) {
      parsed(cancelledSchema, await send('POST', `/tasks/${id}/cancel`, { id }), 'cancel');
    },
    async credits(options) {
      const query = options === undefined ? '' : `?show_detail=${options.showDetail}`;
      const answer = parsed(creditsSchema, await send('GET', `/credits${query}`), 'credits');
      if (options?.showDetail === true && answer.packages === undefined) throw new Error('the packages are missing');
      return answer;
    },
    async finished(id, onLook) {
      const look = followStates();
      for (;;) {
        const task = await creations(id);
        look(task.state);
        onLook?.(task);
        if (task.state === 'success' || task.state === 'failed') return task;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: unknown;
}

async function exchange({ base, key, word }: ViduAccount, { method, path, body }: Request): Promise<unknown> {
  const response = await fetch(base + path, {
    method,
    headers: { authorization: `${word} ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!/^application\/json\b/.test(response.headers.get('content-type') ?? '')) {
    throw new Error(`${method} ${path}: ${response.status} is no JSON: ${text.slice(0, 200)}`);
  }
  const answer: unknown = JSON.parse(text);
  const hasCode = typeof answer === 'object' && answer !== null && 'code' in answer && answer.code !== null;
  if (response.status === 200 && !hasCode) return answer;
  const refusal = parsed(refusalSchema, answer, `${method} ${path}`);
  if (refusal.code !== response.status) throw new Error(`code ${refusal.code} came with HTTP ${response.status}`);
  throw new ViduRefusal(refusal);
}

function parsed<Schema extends z.ZodType>(schema: Schema, answer: unknown, of: string): z.infer<Schema> {
  const { data, error } = schema.safeParse(answer);
  if (error) throw new Error(`${of}: ${error.message}\n${JSON.stringify(answer).slice(0, 2000)}`);
  return data;
}

/** What was asked for comes back; seed 0 and what was left out are the vendor's to choose. */
function assertEchoes(made: Created, wish: CommonWish): void {
  const echoed = ['model', 'prompt', 'duration', 'resolution', 'movement_amplitude', 'bgm', 'payload'] as const;
  for (const name of [...echoed, 'audio', 'off_peak', 'watermark'] as const) {
    if (wish[name] !== undefined && made[name] !== wish[name]) {
      throw new Error(`${name}: asked ${wish[name]}, answered ${made[name]}`);
    }
  }
  if (wish.seed !== undefined && wish.seed !== 0 && made.seed !== wish.seed) throw new Error('another seed');
  if ('aspect_ratio' in wish && made.aspect_ratio !== wish.aspect_ratio) throw new Error('another aspect_ratio');
  if ('images' in wish && made.images?.length !== (wish.images as readonly string[]).length) {
    throw new Error('the images do not come back');
  }
}

const ORDER = ['created', 'queueing', 'processing', 'success', 'failed'];

/** Throws when a task goes back; for looks and for callbacks. */
export function followStates(): (state: string) => void {
  let last = 0;
  return (state) => {
    const now = ORDER.indexOf(state);
    const isOver = last >= ORDER.indexOf('success');
    if (now < last || (isOver && now !== last)) throw new Error(`${state} came after ${ORDER[last]}`);
    last = now;
  };
}

function queryOf(filter: TaskFilter): string {
  const query = new URLSearchParams();
  const all = (name: string, values: readonly string[] = []) => {
    for (const value of values) query.append(name, value);
  };
  const one = (name: string, value: string | number | undefined) => {
    if (value !== undefined) query.append(name, String(value));
  };
  one('created_at.from', filter.createdFrom?.toISOString());
  one('created_at.to', filter.createdTo?.toISOString());
  all('task_ids', filter.taskIds);
  all('templates', filter.templates);
  all('model_versions', filter.modelVersions);
  all('resolutions', filter.resolutions);
  all('states', filter.states);
  one('pager.page', filter.page);
  one('pager.pagesz', filter.pageSize);
  one('pager.page_token', filter.pageToken);
  return query.size > 0 ? `?${query}` : '';
}
