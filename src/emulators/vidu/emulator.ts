/** The Vidu platform API under /ent/v2. Source: Vidu's API pages. */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { accountOf, credentialOf, isBadKey } from '../kit/account.ts';
import type { EmulatorContext } from '../kit/context.ts';
import { addDownloads, baseOf } from '../kit/downloads.ts';
import { createFaultyRoutes, type FaultRule } from '../kit/faults.ts';
import { changeTask, findTask, listTasks } from '../kit/find-task.ts';
import { magicOf } from '../kit/magic.ts';
import { createTask, type NewTask } from '../kit/new-task.ts';
import type { Task } from '../kit/task.ts';
import { phaseAt } from '../kit/timeline.ts';
import { prepareVendor } from '../kit/vendor-plugin.ts';
import { createAnswer, creationsAnswer, DAY_MS, type FileUrl, listItem, wireOf } from './answers.ts';
import { balanceOf } from './balance.ts';
import { readBody } from './body.ts';
import { type Callbacks, createCallbacks } from './callbacks.ts';
import { checkRequest, type ViduRequest } from './check.ts';
import { creditsOf } from './credits.ts';
import { takeInputs } from './inputs.ts';
import type { ViduRoute } from './models.ts';
import { recipesOf } from './recipe.ts';
import { viduRefusal, viduTrouble } from './refusals.ts';
import { pageOf, passes, readListQuery, windowOf } from './task-list.ts';

const VENDOR = 'vidu';
const PREFIX = '/vidu';
const BODY_LIMIT_BYTES = 20 * 1024 * 1024;
const OFF_PEAK_WAITING_SECONDS = 2;
const OFF_PEAK_EXPIRES_SECONDS = 48 * 3600;
const LARGEST_ID = 2n ** 63n - 1n;
const CreditsQuery = z.object({ show_detail: z.string().optional().catch(undefined) });

function keyFrom(request: FastifyRequest): string {
  const key = credentialOf(request.headers.authorization, 'Token');
  if (key === undefined || isBadKey(key)) throw viduRefusal(401, 'Unauthorized', 'invalid or missing api key');
  return key;
}
const accountFrom = (request: FastifyRequest): string => accountOf(keyFrom(request));

function idFrom(request: FastifyRequest): string {
  const { params } = request;
  const id = typeof params === 'object' && params !== null && 'id' in params ? String(params.id) : '';
  const whole = /^\d{1,19}$/.test(id) && BigInt(id) <= LARGEST_ID;
  // Seen before authentication: the server reads the path's number first.
  if (!whole) throw viduRefusal(400, 'CODEC', `strconv.ParseInt: parsing "${id}": invalid syntax`);
  return BigInt(id).toString();
}

function createRoutes(context: EmulatorContext, callbacks: Callbacks) {
  const { store, inputs, options } = context;

  const urlsOf = (request: FastifyRequest, task: Task, nowMs: number): FileUrl => {
    const at = { base: baseOf(context, request, PREFIX), expiresMs: nowMs + DAY_MS };
    return (file) => context.links.url({ vendor: VENDOR, id: task.id, file }, at);
  };

  async function theTask(request: FastifyRequest, nowMs: number): Promise<Task> {
    const key = { vendor: VENDOR, id: idFrom(request), account: accountFrom(request) };
    const task = await findTask(context, key, nowMs);
    if (task === undefined) throw viduRefusal(404, 'TaskNotFound', `task ${key.id} not found`);
    return task;
  }

  /** Refuses what Vidu refuses, and fetches the inputs. */
  async function accept(account: string, checked: ViduRequest): Promise<NewTask> {
    const { body } = checked;
    const prompt = body.prompt ?? '';
    if (magicOf(prompt) === 'refused') {
      throw viduRefusal(400, 'TaskPromptPolicyViolation', 'the prompt violates the content policy');
    }
    const taken = await takeInputs(inputs, checked);
    const chosen = body.seed === undefined || body.seed === 0;
    const seed = chosen ? 1 + Math.floor(options.chance() * 2_147_483_646) : (body.seed ?? 1);
    const offPeak = body.off_peak ?? false;
    return {
      vendor: VENDOR,
      id: (await store.nextNumber()).toString(),
      account,
      nowMs: await store.now(),
      model: body.model,
      prompt,
      tag: body.payload ?? '',
      bill: { unit: 'credits', amount: creditsOf(checked) },
      recipes: recipesOf(checked, taken, seed >>> 0),
      wire: wireOf(checked, seed),
      pace: checked.model.pace,
      ...(offPeak && { waitingSeconds: OFF_PEAK_WAITING_SECONDS, expiresAfterSeconds: OFF_PEAK_EXPIRES_SECONDS }),
    };
  }

  async function create(request: FastifyRequest, route: ViduRoute, fault: FaultRule | undefined): Promise<unknown> {
    const account = accountFrom(request);
    const { url: path, body } = request;
    context.capture.add({ vendor: VENDOR, operation: route, path, atMs: await store.now(), account, body });
    const checked = checkRequest(route, readBody(route, body));
    const task = await createTask(context, await accept(account, checked), fault);
    const { callback_url: url = '' } = checked.body;
    const fileUrls = (of: Task, nowMs: number) => urlsOf(request, of, nowMs);
    if (url !== '') callbacks.begin({ task, url, apiKey: keyFrom(request), fileUrls });
    const answer = createAnswer(task);
    return fault?.kind === 'unknown-state' ? { ...answer, state: 'preparation' } : answer;
  }

  async function poll(request: FastifyRequest, fault: FaultRule | undefined): Promise<unknown> {
    const nowMs = await store.now();
    const task = await theTask(request, nowMs);
    await store.count(VENDOR, task.id, 'polls');
    const answer = creationsAnswer(task, nowMs, urlsOf(request, task, nowMs));
    if (fault?.kind === 'unknown-state') return { ...answer, state: 'preparation', creations: [] };
    return fault?.kind === 'no-video' ? { ...answer, state: 'success', creations: [] } : answer;
  }

  async function list(request: FastifyRequest): Promise<unknown> {
    const nowMs = await store.now();
    const query = readListQuery(request.query);
    const window = { vendor: VENDOR, account: accountFrom(request), ...windowOf(query, nowMs) };
    const all = (await listTasks(context, window)).filter((task) => passes(task, query, nowMs));
    const { items, next } = pageOf(all, query);
    return {
      next_page_token: next,
      tasks: items.map((task) => listItem(task, nowMs, urlsOf(request, task, nowMs))),
    };
  }

  async function cancel(request: FastifyRequest): Promise<unknown> {
    const nowMs = await store.now();
    const task = await theTask(request, nowMs);
    const done = await changeTask(context, task, (doc) => {
      const phase = phaseAt(doc, nowMs);
      return phase === 'accepted' || phase === 'waiting' ? { ...doc, cancelledMs: nowMs } : undefined;
    });
    if (!done) throw viduRefusal(400, 'BadRequest', 'task state is scheduled, can not cancel');
    return {};
  }

  async function credits(request: FastifyRequest): Promise<unknown> {
    const nowMs = await store.now();
    const window = { vendor: VENDOR, account: accountFrom(request), fromMs: 0, toMs: nowMs };
    return balanceOf(
      {
        id: window.account,
        tasks: await listTasks(context, window),
        concurrency: context.limits.concurrency[VENDOR] ?? 0,
        showDetail: CreditsQuery.parse(request.query).show_detail === 'true',
      },
      nowMs,
    );
  }

  return { create, poll, list, cancel, credits };
}

const hasSubjects = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'subjects' in body && body.subjects !== null;

function addApi(api: FastifyInstance, context: EmulatorContext): void {
  const callbacks = createCallbacks(context);
  api.addHook('onClose', async () => callbacks.stop());
  const routes = createRoutes(context, callbacks);
  const faulty = createFaultyRoutes({ vendor: VENDOR, faults: context.faults, trouble: viduTrouble });
  // Before the body is read: the path's number, then the key.
  api.addHook('onRequest', async (request) => {
    if (request.routeOptions.url?.includes(':id') === true) idFrom(request);
    accountFrom(request);
  });
  for (const route of ['text2video', 'img2video', 'start-end2video'] as const) {
    api.post(
      `/${route}`,
      faulty('create', (request, _reply, fault) => routes.create(request, route, fault)),
    );
  }
  api.post(
    '/reference2video',
    faulty('create', (request, _reply, fault) =>
      routes.create(request, hasSubjects(request.body) ? 'reference-subjects' : 'reference-images', fault),
    ),
  );
  api.get(
    '/tasks/:id/creations',
    faulty('poll', (request, _reply, fault) => routes.poll(request, fault)),
  );
  api.get('/tasks', faulty('list', routes.list));
  api.post('/tasks/:id/cancel', faulty('cancel', routes.cancel));
  api.get('/credits', routes.credits);
}

/** Vidu, to be mounted under /vidu: `/vidu/ent/v2/*` and the result links `/vidu/files/*`. */
export function createViduEmulator(context: EmulatorContext): FastifyPluginAsync {
  return async (app) => {
    prepareVendor(app, { trouble: viduTrouble, bodyLimitBytes: BODY_LIMIT_BYTES, log: context.options.log });
    await app.register(async (api) => addApi(api, context), { prefix: '/ent/v2' });
    addDownloads(app, context, { vendor: VENDOR, refusesAuthorization: false });
  };
}
