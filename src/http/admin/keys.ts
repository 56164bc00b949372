import { z } from 'zod';
import { type ApiKey, KEY_ID, type KeyLimits, type NewKey } from '../../application/admin/api-key.ts';
import { PROJECT_ID, projectRef } from '../../application/admin/project.ts';
import { Refusal, refusalOf } from '../../application/refusal.ts';
import { isAllowedModel } from '../../domain/key-limits.ts';
import { nearest } from '../../domain/nearest.ts';
import { ADMIN, type AddRoutes } from './admin-parts.ts';
import { wholeSeconds } from './fields.ts';
import { type KeyAnswer, type KeyUpdateBody, keyCreate, keyUpdate } from './key-schemas.ts';
import { PAGE_QUERY, pageAnswer, pageWish } from './pages.ts';
import { readInput } from './read-input.ts';

const PATH = `${ADMIN}/keys`;
const listQuery = z.strictObject({ ...PAGE_QUERY, project: z.string('the id or name of a project').optional() });

interface OfKey {
  readonly Params: { readonly key: string };
}

export const keyRoutes: AddRoutes = (app, { apiKeys, newKey, modelNames }, changeOf) => {
  app.post(PATH, async (request) => {
    const body = readInput(keyCreate, request.body);
    const secret = newKey(body.kind);
    const made = await apiKeys.create(newKeyOf(body), secret, changeOf(request));
    return { ...showKey(made), ...warningsOf(made, modelNames()), key: secret };
  });
  app.get(PATH, async (request) => {
    const { project, ...page } = readInput(listQuery, request.query);
    const filter = { ...pageWish(page, KEY_ID), ...(project !== undefined && { project: projectRef(project) }) };
    return pageAnswer(await apiKeys.list(filter), showKey);
  });
  app.get<OfKey>(`${PATH}/:key`, async ({ params }) => showKey(await apiKeys.find(idOf(params.key))));
  app.patch<OfKey>(`${PATH}/:key`, async (request) => {
    const id = idOf(request.params.key);
    const { name, ...body } = readInput(keyUpdate, request.body);
    refuseForAdmin((await apiKeys.find(id)).kind, body);
    const changes = { ...limitsOf(body), ...(name !== undefined && { name }) };
    const changed = await apiKeys.update(id, changes, changeOf(request));
    return { ...showKey(changed), ...warningsOf(changed, body.models ? modelNames() : undefined) };
  });
  app.post<OfKey>(`${PATH}/:key/revoke`, async (request) =>
    showKey(await apiKeys.revoke(idOf(request.params.key), changeOf(request))),
  );
};

function idOf(text: string): bigint {
  const id = KEY_ID.parse(text);
  if (id !== undefined) return id;
  throw new Refusal('not_found', `There is no key ${text.slice(0, 60)}; the id of a key is as ${KEY_ID.spell(123n)}.`);
}

type Limits = Omit<KeyUpdateBody, 'name'>;

function newKeyOf({ kind, project, name = kind, ...limits }: z.infer<typeof keyCreate>): NewKey {
  refuseForAdmin(kind, limits);
  if (kind === 'admin' && project !== undefined) {
    const message = 'project is given; an admin key is for all projects and takes none.';
    throw refusalOf([{ param: 'project', code: 'unsupported_field', message }]);
  }
  if (kind !== 'admin' && project === undefined) {
    const message = `project is missing; a ${kind} key belongs to a project: give its id or name.`;
    throw refusalOf([{ param: 'project', code: 'missing_field', message }]);
  }
  const none = { models: null, expiresAt: null, budgetMicros: null, dailyBudgetMicros: null };
  return {
    ...none,
    perMinute: null,
    inFlight: null,
    sources: null,
    ...limitsOf(limits),
    kind,
    name,
    ...(project !== undefined && { project: projectRef(project) }),
  };
}

/** An admin key makes nothing, so that nothing of it can be limited but when and from where. */
function refuseForAdmin(kind: ApiKey['kind'], { expires_at: _, sources: __, ...rest }: Limits): void {
  if (kind !== 'admin') return;
  const [param] = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [name],
  );
  if (param === undefined) return;
  const message = `${param} is given; an admin key makes no generations and takes only expires_at and sources.`;
  throw refusalOf([{ param, code: 'unsupported_field', message }]);
}

const limitsOf = (body: Limits): Partial<KeyLimits> => ({
  ...(body.models !== undefined && { models: body.models }),
  ...(body.expires_at !== undefined && { expiresAt: body.expires_at }),
  ...(body.budget_micros !== undefined && { budgetMicros: body.budget_micros }),
  ...(body.daily_budget_micros !== undefined && { dailyBudgetMicros: body.daily_budget_micros }),
  ...(body.per_minute !== undefined && { perMinute: body.per_minute }),
  ...(body.in_flight !== undefined && { inFlight: body.in_flight }),
  ...(body.sources !== undefined && { sources: body.sources }),
});

/** A pattern that no name of today fits: accepted, because names may be added, and likely not meant. */
function warningsOf({ models }: ApiKey, names: readonly string[] | undefined) {
  const warnings = (names === undefined ? [] : (models ?? [])).flatMap((pattern, index) => {
    if (names?.some((name) => isAllowedModel([pattern], name))) return [];
    const [meant] = nearest(pattern, names ?? [], 1);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    const param = `models[${index}]`;
    return [
      { code: 'no_such_model', param, message: `${param} is ${JSON.stringify(pattern)}, which no model fits.${hint}` },
    ];
  });
  return warnings.length > 0 ? { warnings } : {};
}

const showKey = (key: ApiKey): KeyAnswer => ({
  id: KEY_ID.spell(key.id),
  object: 'key',
  kind: key.kind,
  project: key.project ? PROJECT_ID.spell(key.project.id) : null,
  project_name: key.project?.name ?? null,
  name: key.name,
  hint: key.hint,
  created_at: wholeSeconds(key.createdAt),
  revoked_at: key.revokedAt === undefined ? null : wholeSeconds(key.revokedAt),
  models: key.models === null ? null : [...key.models],
  expires_at: key.expiresAt === null ? null : wholeSeconds(key.expiresAt),
  budget_micros: key.budgetMicros,
  daily_budget_micros: key.dailyBudgetMicros,
  per_minute: key.perMinute,
  in_flight: key.inFlight,
  sources: key.sources === null ? null : [...key.sources],
  use: {
    committed_micros: key.use.committedMicros,
    today_micros: key.use.todayMicros,
    in_flight: key.use.inFlight,
  },
});
