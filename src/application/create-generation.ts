import type { Draft } from '../domain/draft.ts';
import type { Generation } from '../domain/generation.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Warning } from '../domain/request.ts';
import type { Context } from './context.ts';
import { keepInputs } from './keep-inputs.ts';
import { notAdmitted, refuseModel } from './not-admitted.ts';
import { type Checked, checkDraft, planRoutes } from './plan-routes.ts';
import type { CallbackWish, Caller, CreateOutcome, NewGeneration, NotAdmitted } from './ports.ts';
import { Refusal, refusalOf } from './refusal.ts';

export interface CreateInput {
  readonly caller: Caller;
  readonly dialect: string;
  readonly draft: Draft;
  /** What the dialect itself has to tell the caller. */
  readonly warnings: readonly Warning[];
  readonly metadata?: Json;
  /** What the dialect wants to give back; never sent to a vendor. */
  readonly memory?: JsonObject;
  readonly idempotency?: { readonly key: string; readonly requestHash: string };
  /** From a client that repeats by itself, without a key, and says when it does. */
  readonly unanswered?: { readonly requestHash: string; readonly retries: number };
  /** Where the caller wants to be told of changes of state; only from dialects that have callbacks. */
  readonly callback?: CallbackWish;
}

type Accepted = Exclude<CreateOutcome, NotAdmitted>;

export interface Created {
  readonly generation: Generation;
  readonly replayed: boolean;
}

/**
 * Accepts a request: checked, priced, its inputs kept, then written with its money held in one transaction. Refused
 * before spent: whatever is wrong is thrown as a Refusal before anything is held or sent.
 */
export async function createGeneration(ctx: Context, input: CreateInput): Promise<Created> {
  const { caller, idempotency, unanswered } = input;
  const earlier = idempotency && (await ctx.generations.replay(caller, idempotency));
  if (earlier) return answer(earlier);
  return unanswered ? createOnce(ctx, input, unanswered) : create(ctx, input);
}

/** A client that repeats by itself gets what its first request became, also while that one is still under way here. */
async function createOnce(
  ctx: Context,
  input: CreateInput,
  { requestHash, retries }: NonNullable<CreateInput['unanswered']>,
): Promise<Created> {
  const { caller } = input;
  const name = `${caller.keyId} ${requestHash}`;
  if (retries > 0) {
    const first = await ctx.underWay.get(name)?.catch(() => undefined);
    const lost = first?.generation ?? (await ctx.generations.takeUnanswered(caller, { requestHash, retries }));
    if (lost) return { generation: lost, replayed: true };
  }
  const created = create(ctx, input);
  ctx.underWay.set(name, created);
  try {
    return await created;
  } finally {
    if (ctx.underWay.get(name) === created) ctx.underWay.delete(name);
  }
}

async function create(ctx: Context, input: CreateInput): Promise<Created> {
  const { caller, draft, idempotency, unanswered } = input;
  const checked = checkDraft(ctx, draft);
  refuseModel(caller, checked.model.id);
  refuseCallback(ctx, input.callback);
  await refuseWithoutSpace(ctx);
  const kept = await keepInputs(ctx, { draft, scope: caller, checked });
  const withInputs: Checked = {
    ...checked,
    candidates: kept.candidates,
    warnings: [...checked.warnings, ...kept.warnings],
  };
  // After the inputs: what is wrong with a request is said before what is missing here, and a length may set the price.
  const plan = await planRoutes(ctx, withInputs, caller);
  await ctx.rateLimits.take(caller);
  const id = await ctx.generations.nextId();
  return answer(
    await write(ctx, {
      id,
      caller,
      dialect: input.dialect,
      model: checked.model.id,
      ...plan,
      warnings: [...input.warnings, ...plan.warnings],
      inputIds: kept.ids,
      ...(input.metadata !== undefined && { metadata: input.metadata }),
      ...(input.memory && { memory: input.memory }),
      ...(idempotency && { idempotency }),
      ...(unanswered && { unanswered: unanswered.requestHash }),
      ...(input.callback && { callback: input.callback }),
    }),
  );
}

function refuseCallback({ callbackProblem }: Context, callback: CallbackWish | undefined): void {
  const problem = callback && callbackProblem(callback.url);
  if (problem === undefined) return;
  throw refusalOf([
    { param: 'callback_url', code: 'invalid_value', message: `callback_url is not usable: ${problem}` },
  ]);
}

async function refuseWithoutSpace({ media, freeBytesMark }: Context): Promise<void> {
  if ((await media.freeBytes()) >= freeBytesMark) return;
  throw new Refusal(
    'overloaded',
    'There is too little free space to store another video. Nothing was sent and nothing is held. Try again later.',
    {
      headers: { 'retry-after': '60' },
    },
  );
}

/**
 * A commit of unknown outcome is made again under the same id, which is conclusive: of two writes of one id only one can
 * exist. If even that fails, the caller is told the id and not to send the request again.
 */
async function write(ctx: Context, generation: NewGeneration): Promise<Accepted> {
  for (let tries = 1; tries <= 2; tries += 1) {
    try {
      const outcome = await ctx.generations.create(generation);
      if (outcome.kind === 'refused') throw notAdmitted(outcome, generation);
      return outcome;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      ctx.log.error('generation.create_failed', { id: generation.id, tries, error });
    }
  }
  throw new Refusal(
    'unavailable',
    `The database did not answer, so it is not known whether generation ${generation.id} was accepted. Do not send it again before you asked for task_${generation.id}.`,
    { headers: { 'x-should-retry': 'false', 'onereel-generation-id': `task_${generation.id}` } },
  );
}

function answer(outcome: Accepted): Created {
  if (outcome.kind === 'mismatch') {
    throw new Refusal(
      'idempotency_mismatch',
      'Idempotency-Key was used before with another request body. Use a new key for a new request.',
      {
        param: 'Idempotency-Key',
      },
    );
  }
  return { generation: outcome.generation, replayed: outcome.kind === 'replayed' };
}
