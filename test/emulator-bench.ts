/** A running set of emulators for tests: a memory store, a studio that writes its spec, media that are their own facts. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmulatorOptions } from '../src/emulators/kit/context.ts';
import { createMemoryStore } from '../src/emulators/kit/memory-store.ts';
import type { MediaFacts, Rendering, RenderSpec, Studio } from '../src/emulators/kit/ports.ts';
import type { EmulatorStore } from '../src/emulators/kit/store.ts';
import { createEmulatorServer } from '../src/emulators/sandbox.ts';

const CONTROL_TOKEN = 'control-token';

const FACTS = {
  image: { kind: 'image', format: 'png', bytes: 10, width: 1280, height: 720 },
  video: { kind: 'video', format: 'mp4', bytes: 10, width: 1280, height: 720, seconds: 5, fps: 24 },
  audio: { kind: 'audio', format: 'wav', bytes: 10, seconds: 5 },
} as const;

/** The bytes of a pretended file: its facts. */
export const mediaBytes = (kind: keyof typeof FACTS, facts: Partial<MediaFacts> = {}): Buffer =>
  Buffer.from(JSON.stringify({ ...FACTS[kind], ...facts }));

/** A pretended file as a data URI. */
export const mediaUri = (kind: keyof typeof FACTS, facts: Partial<MediaFacts> = {}): string =>
  `data:${kind}/${{ ...FACTS[kind], ...facts }.format};base64,${mediaBytes(kind, facts).toString('base64')}`;

/** A pretended file by URL: the bench's fetcher reads the facts out of it. A URL without them cannot be reached. */
export const mediaUrl = (kind: keyof typeof FACTS, facts: Partial<MediaFacts> = {}): string =>
  `https://media.example/${mediaBytes(kind, facts).toString('base64url')}`;

async function probeMedia(path: string): Promise<MediaFacts> {
  // A pretended file is its own facts; anything else is no media.
  return JSON.parse(await readFile(path, 'utf8')) as MediaFacts;
}

function fakeStudio(folder: string, specs: RenderSpec[]): Studio {
  return {
    async render(spec: RenderSpec): Promise<Rendering> {
      if (spec.prompt.includes('breaks the studio')) throw new Error('the studio is broken');
      specs.push(spec);
      const path = join(folder, randomUUID());
      await Promise.all(['.mp4', '.jpg', '.last.jpg'].map((end) => writeFile(path + end, JSON.stringify(spec))));
      return { videoPath: `${path}.mp4`, posterPath: `${path}.jpg`, lastFramePath: `${path}.last.jpg` };
    },
  };
}

export interface BenchOptions extends Partial<EmulatorOptions> {
  /** Runs over another bench's store and inputs: a second process, as far as the emulators can tell. */
  readonly like?: Bench;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of several vendors, looked into by tests
  readonly body: any;
}

export interface Bench {
  readonly url: string;
  readonly folder: string;
  readonly store: EmulatorStore;
  /** What the pretended studio was asked for. */
  readonly specs: RenderSpec[];
  /** What the emulators logged. */
  readonly logged: unknown[];
  /** One call; `key` is the whole Authorization header. */
  call(method: string, path: string, init?: { key?: string; body?: unknown }): Promise<Answer>;
  /** Calls the control API; throws when it refuses. */
  control(method: string, path: string, body?: unknown): Promise<Answer['body']>;
  /** Lets time pass on the store's clock. */
  pass(seconds: number): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the emulators on a free port of loopback. */
export async function openBench({ like, ...overrides }: BenchOptions = {}): Promise<Bench> {
  const folder = like?.folder ?? (await mkdtemp(join(tmpdir(), 'emulators-')));
  const specs: RenderSpec[] = [];
  const store = like?.store ?? createMemoryStore(Date.now);
  const logged: unknown[] = [];
  const app = await createEmulatorServer({
    store,
    studio: fakeStudio(folder, specs),
    probeMedia,
    async fetchMedia(url) {
      const path = join(folder, randomUUID());
      await writeFile(path, Buffer.from(new URL(url).pathname.slice(1), 'base64url'));
      return { path, facts: await probeMedia(path) };
    },
    folder: join(folder, 'inputs'),
    linkSecret: 'link-secret',
    speed: 20,
    chance: () => 0.5,
    realNow: Date.now,
    log: (event, fields) => logged.push({ event, ...fields }),
    control: { token: CONTROL_TOKEN },
    ...overrides,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  // A server on a TCP port has an address of that kind.
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  async function call(method: string, path: string, init: { key?: string; body?: unknown } = {}): Promise<Answer> {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(init.key !== undefined && { authorization: init.key }),
        ...(init.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(init.body !== undefined && { body: typeof init.body === 'string' ? init.body : JSON.stringify(init.body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, `/control${path}`, { key: `Bearer ${CONTROL_TOKEN}`, body });
    if (answer.status !== 200) throw new Error(`control ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  return {
    url,
    folder,
    store,
    specs,
    logged,
    call,
    control,
    pass: (seconds: number) => control('POST', '/clock', { offsetSeconds: seconds }),
    async close(): Promise<void> {
      await app.close();
      if (like === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until `done` says so; gives the last answer. */
export async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
