/** The video part of Volcengine Ark and BytePlus ModelArk. Source: Ark's API pages. Callbacks are stored, not sent. */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { accountOf, credentialOf, isBadKey } from '../kit/account.ts';
import type { EmulatorContext } from '../kit/context.ts';
import { addDownloads, baseOf } from '../kit/downloads.ts';
import { createFaultyRoutes, type FaultRule } from '../kit/faults.ts';
import { changeTask, findTask, listTasks } from '../kit/find-task.ts';
import { magicOf } from '../kit/magic.ts';
import { createTask, type NewTask } from '../kit/new-task.ts';
import type { Task, TaskDoc } from '../kit/task.ts';
import { prepareVendor } from '../kit/vendor-plugin.ts';
import { DAY_MS, type FileUrl, statusOf, taskAnswer, wireOf } from './answers.ts';
import { type ArkRequest, checkRequest } from './check.ts';
import { sumSeconds, takeInputs } from './inputs.ts';
import { fileRatio, fileSize, recipeOf } from './recipe.ts';
import { arkRefusal, arkTrouble } from './refusals.ts';
import { passes, readListQuery } from './task-list.ts';
import { tokensOf } from './tokens.ts';

const VENDOR = 'ark';
const PREFIX = '/ark';
const TASKS = '/contents/generations/tasks';
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
const EXPIRES_AFTER_SECONDS = 172_800;
const KEPT_MS = 7 * DAY_MS;

function accountFrom(request: FastifyRequest): string {
  const key = credentialOf(request.headers.authorization, 'Bearer');
  if (key === undefined || isBadKey(key)) {
    throw arkRefusal(401, 'AuthenticationError', 'The API key in the request is missing or invalid.');
  }
  return accountOf(key);
}

const idFrom = ({ params }: FastifyRequest): string =>
  typeof params === 'object' && params !== null && 'id' in params ? String(params.id) : '';

/** `cgt-` and the second of creation, as Ark's own, then what makes it unique. */
function newId(nowMs: number, number: bigint): string {
  const second = new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, 14);
  return `cgt-${second}-${number.toString(36)}`;
}

/** Gone from Ark: older than 7 days, or cancelled more than 24 hours ago. */
const isGone = (task: Task, nowMs: number): boolean =>
  nowMs > task.createdAtMs + KEPT_MS || nowMs > (task.doc.cancelledMs ?? nowMs) + DAY_MS;

function createRoutes(context: EmulatorContext) {
  const { store, inputs, options, limits } = context;

  // Fixed at the end of the task: another look does not renew it.
  const fileUrls = (request: FastifyRequest, task: Task): FileUrl => {
    const at = { base: baseOf(context, request, PREFIX), expiresMs: Math.ceil(task.doc.plan.endMs) + DAY_MS };
    return (file) => context.links.url({ vendor: VENDOR, id: task.id, file }, at);
  };

  function limited(what: string, limit: number, nowMs: number): void {
    const window = { limit, seconds: 1, nowMs };
    if (!context.rateLimit.allow(`${VENDOR} ${what}`, window)) arkTrouble('too_many');
  }

  async function theTask(request: FastifyRequest, nowMs: number): Promise<Task> {
    const key = { vendor: VENDOR, id: idFrom(request), account: accountFrom(request) };
    const task = await findTask(context, key, nowMs);
    if (task !== undefined && !isGone(task, nowMs)) return task;
    throw arkRefusal(404, 'NotFound.Task', `The task ${key.id} does not exist.`, 'id');
  }

  /** Refuses what Ark refuses, and fetches the inputs. */
  async function accept(account: string, checked: ArkRequest): Promise<NewTask> {
    const { body, content, model } = checked;
    if (magicOf(content.prompt) === 'refused') {
      const message = 'The request failed because the input text may contain sensitive information.';
      throw arkRefusal(400, 'InputTextSensitiveContentDetected', message, 'content');
    }
    const taken = await takeInputs(inputs, checked);
    const nowMs = await store.now();
    const seed = body.seed === undefined || body.seed === -1 ? Math.floor(options.chance() * 2 ** 31) : body.seed;
    const ratio = fileRatio(checked, taken);
    const size = fileSize(checked, ratio);
    const expiresAfterSeconds = body.execution_expires_after ?? EXPIRES_AFTER_SECONDS;
    const tokens = tokensOf({ ...checked, ...size, inputSeconds: sumSeconds(taken.videos) });
    return {
      vendor: VENDOR,
      id: newId(nowMs, await store.nextNumber()),
      account,
      nowMs,
      model: body.model,
      prompt: content.prompt,
      tag: body.safety_identifier ?? '',
      bill: { unit: 'tokens', amount: tokens },
      recipes: [recipeOf({ request: checked, inputs: taken, seed, ...size })],
      wire: wireOf({ request: checked, seed, ratio, expiresAfterSeconds }),
      pace: model.pace,
      expiresAfterSeconds,
    };
  }

  async function create(request: FastifyRequest, fault: FaultRule | undefined): Promise<unknown> {
    const account = accountFrom(request);
    const { url: path, body } = request;
    context.capture.add({ vendor: VENDOR, operation: 'create', path, atMs: await store.now(), account, body });
    const task = await accept(account, checkRequest(body));
    const { id } = await createTask(context, task, fault);
    return { id, ...(task.tag !== '' && { safety_identifier: task.tag }) };
  }

  async function poll(request: FastifyRequest, fault: FaultRule | undefined): Promise<unknown> {
    const nowMs = await store.now();
    limited(`get ${accountFrom(request)}`, limits.arkGetPerSecond, nowMs);
    const task = await theTask(request, nowMs);
    await store.count(VENDOR, task.id, 'polls');
    const { content, ...answer } = taskAnswer(task, nowMs, fileUrls(request, task));
    if (fault?.kind === 'unknown-state') return { ...answer, status: 'pending_review' };
    if (fault?.kind === 'no-video') return { ...answer, status: 'succeeded', content: {} };
    return { ...answer, ...(content !== undefined && { content }) };
  }

  async function list(request: FastifyRequest): Promise<unknown> {
    const nowMs = await store.now();
    const account = accountFrom(request);
    limited(`list ${account}`, limits.arkListPerSecond, nowMs);
    const query = readListQuery(request.query);
    const window = { vendor: VENDOR, account, fromMs: nowMs - KEPT_MS, toMs: nowMs };
    const tasks = (await listTasks(context, window)).filter(
      (task) => !isGone(task, nowMs) && passes(task, query, nowMs),
    );
    const start = (query.page_num - 1) * query.page_size;
    const shown = tasks.slice(start, start + query.page_size);
    return {
      total: tasks.length,
      items: shown.map((task) => taskAnswer(task, nowMs, fileUrls(request, task))),
    };
  }

  /** By state: queued is cancelled, ended is deleted, running and cancelled are refused. */
  function removed(doc: TaskDoc, nowMs: number): TaskDoc | undefined {
    const status = statusOf(doc, nowMs);
    if (status === 'queued') return { ...doc, cancelledMs: nowMs };
    return status === 'running' || status === 'cancelled' ? undefined : { ...doc, deletedMs: nowMs };
  }

  async function remove(request: FastifyRequest): Promise<unknown> {
    const nowMs = await store.now();
    limited(`delete ${accountFrom(request)}`, limits.arkGetPerSecond, nowMs);
    const task = await theTask(request, nowMs);
    if (await changeTask(context, task, (doc) => removed(doc, nowMs))) return {};
    const status = statusOf(task.doc, nowMs);
    throw arkRefusal(403, 'OperationDenied.InvalidState', `A task in state ${status} cannot be deleted.`, 'id');
  }

  return { create, poll, list, remove };
}

function addApi(api: FastifyInstance, context: EmulatorContext): void {
  const routes = createRoutes(context);
  const faulty = createFaultyRoutes({ vendor: VENDOR, faults: context.faults, trouble: arkTrouble });
  api.addHook('onRequest', async (request) => {
    accountFrom(request);
  });
  api.post(
    TASKS,
    faulty('create', (request, _reply, fault) => routes.create(request, fault)),
  );
  api.get(
    `${TASKS}/:id`,
    faulty('poll', (request, _reply, fault) => routes.poll(request, fault)),
  );
  api.get(TASKS, faulty('list', routes.list));
  api.delete(`${TASKS}/:id`, faulty('cancel', routes.remove));
}

/** Ark, to be mounted under /ark: `/ark/api/v3/*`, the plan base `/ark/api/plan/v3/*`, and the result links `/ark/files/*`. */
export function createArkEmulator(context: EmulatorContext): FastifyPluginAsync {
  return async (app) => {
    prepareVendor(app, { trouble: arkTrouble, bodyLimitBytes: BODY_LIMIT_BYTES, log: context.options.log });
    for (const prefix of ['/api/v3', '/api/plan/v3']) {
      await app.register(async (api) => addApi(api, context), { prefix });
    }
    addDownloads(app, context, { vendor: VENDOR, refusesAuthorization: true });
  };
}
