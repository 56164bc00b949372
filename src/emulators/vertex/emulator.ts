/** Veo on Vertex AI, with the token endpoint of its service accounts. Source: Google's API pages. No list, no cancel. */
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { accountOf, credentialOf } from '../kit/account.ts';
import type { EmulatorContext } from '../kit/context.ts';
import { createFaultyRoutes, type FaultRule } from '../kit/faults.ts';
import { findTask } from '../kit/find-task.ts';
import { magicOf } from '../kit/magic.ts';
import { createTask, type NewTask } from '../kit/new-task.ts';
import type { Task } from '../kit/task.ts';
import { prepareVendor } from '../kit/vendor-plugin.ts';
import { createAccessTokens } from './access-token.ts';
import { inlineAnswer, missingAnswer, plainAnswer, REFUSED_MESSAGE, runningAnswer, storedAnswer } from './answers.ts';
import { checkRequest, type VertexRequest } from './check.ts';
import { takeInputs } from './inputs.ts';
import { recipesOf } from './recipe.ts';
import { invalidArgument, vertexRefusal, vertexTrouble } from './refusals.ts';
import { createStorage } from './storage.ts';
import { addStorageRoutes } from './storage-routes.ts';

const VENDOR = 'vertex';
// A 30 s video at 4k and three images of 20 MB, as base64.
const BODY_LIMIT_BYTES = 256 * 1024 * 1024;
const MODELS = '/projects/:project/locations/:location/publishers/google/models/:modelAndVerb';

const Params = z.object({ project: z.string(), location: z.string(), modelAndVerb: z.string() });
const PollBody = z.object({ operationName: z.string() });

/** The model of the path, the part before the verb, and the path of the model itself. */
function pathOf(request: FastifyRequest): { readonly model: string; readonly verb: string; readonly parent: string } {
  const { project, location, modelAndVerb } = Params.parse(request.params);
  const [model = '', verb = ''] = modelAndVerb.split(':');
  const parent = `projects/${project}/locations/${location}/publishers/google/models/${model}`;
  return { model, verb, parent };
}

/** The first label, else the storageUri: what a caller can recognise a task by. */
function tagOf({ labels, parameters }: VertexRequest): string {
  return Object.values(labels)[0] ?? parameters.storageUri ?? '';
}

function createRoutes(context: EmulatorContext, account: (request: FastifyRequest) => Promise<string>) {
  const { store, inputs, options } = context;
  const storage = createStorage(context);

  async function accept(owner: string, checked: VertexRequest, parent: string): Promise<NewTask> {
    const { instance, parameters, modelId, samples, labels } = checked;
    const prompt = instance.prompt ?? '';
    if (magicOf(prompt) === 'refused') throw invalidArgument(REFUSED_MESSAGE);
    const findObject = async (object: Parameters<typeof storage.find>[0]): Promise<string | undefined> =>
      (await storage.find(object, owner))?.path;
    const taken = await takeInputs(checked, { inputs, findObject });
    const id = (await store.nextNumber()).toString();
    const seed = parameters.seed ?? Math.floor(options.chance() * 2 ** 32);
    return {
      vendor: VENDOR,
      id,
      account: owner,
      nowMs: await store.now(),
      model: modelId,
      prompt,
      tag: tagOf(checked),
      bill: { unit: 'seconds', amount: checked.seconds * samples },
      recipes: recipesOf(checked, taken, seed),
      wire: { name: `${parent}/operations/${id}`, storageUri: parameters.storageUri ?? '', labels },
      pace: checked.model.pace,
    };
  }

  async function create(request: FastifyRequest, fault: FaultRule | undefined): Promise<unknown> {
    const owner = await account(request);
    const nowMs = await store.now();
    const { url: path, body } = request;
    context.capture.add({ vendor: VENDOR, operation: 'create', path, atMs: nowMs, account: owner, body });
    // A sandbox that is faster gives a quota that is larger.
    const window = { limit: context.limits.vertexPerMinute * options.speed, seconds: 60, nowMs };
    if (!context.rateLimit.allow(`vertex ${owner}`, window)) vertexTrouble('too_many');
    const { model, parent } = pathOf(request);
    const task = await createTask(context, await accept(owner, checkRequest(model, body), parent), fault);
    return { name: task.doc.wire['name'] };
  }

  async function theTask(request: FastifyRequest, nowMs: number): Promise<Task> {
    const sent = PollBody.safeParse(request.body);
    if (!sent.success) throw invalidArgument("Invalid value at 'operationName': it is required.");
    const name = sent.data.operationName;
    const prefix = `${pathOf(request).parent}/operations/`;
    if (!name.startsWith(prefix)) throw invalidArgument('The operation does not belong to this model.');
    const key = { vendor: VENDOR, id: name.slice(prefix.length), account: await account(request) };
    const task = await findTask(context, key, nowMs);
    if (task?.doc.wire['name'] !== name) throw vertexRefusal(404, `Operation ${name} was not found.`);
    return task;
  }

  async function inline(task: Task, reply: FastifyReply): Promise<unknown> {
    const made = await Promise.all(task.doc.recipes.map((_, index) => context.renderings.open(task, index)));
    const { stream, bytes } = await inlineAnswer(
      task,
      made.flatMap((rendering) => rendering?.videoPath ?? []),
    );
    // The bytes come with the answer: a look that carries them is a download too.
    await store.count(VENDOR, task.id, 'downloads');
    reply.type('application/json').header('content-length', bytes);
    return stream;
  }

  async function poll(request: FastifyRequest, reply: FastifyReply, fault: FaultRule | undefined): Promise<unknown> {
    const nowMs = await store.now();
    const task = await theTask(request, nowMs);
    await store.count(VENDOR, task.id, 'polls');
    // There are no words for states: an unknown one is metadata that no page knows, and no `done`.
    if (fault?.kind === 'unknown-state') return { ...runningAnswer(task), metadata: { state: 'PAUSED' } };
    if (fault?.kind === 'no-video') return missingAnswer(task);
    const plain = plainAnswer(task, nowMs);
    if (plain !== undefined) return plain;
    return task.doc.wire['storageUri'] === '' ? inline(task, reply) : storedAnswer(task);
  }

  return { create, poll };
}

function addModels(
  app: FastifyInstance,
  context: EmulatorContext,
  account: (request: FastifyRequest) => Promise<string>,
): void {
  const routes = createRoutes(context, account);
  const faulty = createFaultyRoutes({ vendor: VENDOR, faults: context.faults, trouble: vertexTrouble });
  const create = faulty('create', (request, _reply, fault) => routes.create(request, fault));
  const poll = faulty('poll', routes.poll);
  const checkToken = async (request: FastifyRequest): Promise<void> => {
    await account(request);
  };
  for (const version of ['/v1', '/v1beta1']) {
    app.post(version + MODELS, { onRequest: checkToken }, async (request, reply) => {
      const { verb } = pathOf(request);
      if (verb === 'predictLongRunning') return create(request, reply);
      return verb === 'fetchPredictOperation' ? poll(request, reply) : vertexTrouble('not_found');
    });
  }
}

/** Vertex, to be mounted under /vertex: `/vertex/v1/projects/…`, `/vertex/token`, `/vertex/storage/v1/b/…`. */
export function createVertexEmulator(context: EmulatorContext): FastifyPluginAsync {
  const tokens = createAccessTokens(context.options.linkSecret, context.vertexKeys);

  async function account(request: FastifyRequest): Promise<string> {
    const token = credentialOf(request.headers.authorization, 'Bearer');
    const email = token === undefined ? undefined : tokens.read(token, await context.store.now());
    if (email === undefined) {
      throw vertexRefusal(401, 'Request had invalid authentication credentials. Expected OAuth 2 access token.');
    }
    return accountOf(email);
  }

  return async (app) => {
    prepareVendor(app, { trouble: vertexTrouble, bodyLimitBytes: BODY_LIMIT_BYTES, log: context.options.log });
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_request: unknown, text: unknown) => text,
    );
    const faulty = createFaultyRoutes({ vendor: VENDOR, faults: context.faults, trouble: vertexTrouble });
    app.post(
      '/token',
      faulty('token', async (request) => tokens.give(String(request.body ?? ''), await context.store.now())),
    );
    addModels(app, context, account);
    addStorageRoutes(app, context, account);
  };
}
