import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Books, type Grant, PROJECT_ID, type Project, projectRef } from '../../application/admin/project.ts';
import { Refusal } from '../../application/refusal.ts';
import { prefixedId } from '../../domain/prefixed-id.ts';
import { ADMIN, type AddRoutes } from './admin-parts.ts';
import { wholeSeconds } from './fields.ts';
import { PAGE_QUERY, pageAnswer, pageWish } from './pages.ts';
import { type GrantAnswer, grantCreate, type ProjectAnswer, projectCreate, projectUpdate } from './project-schemas.ts';
import { readInput } from './read-input.ts';

const PATH = `${ADMIN}/projects`;
const GRANT_ID = prefixedId('txn');
const pageQuery = z.strictObject(PAGE_QUERY);

interface OfProject {
  readonly Params: { readonly project: string };
}

export const projectRoutes: AddRoutes = (app, { projects }, changeOf) => {
  app.post(PATH, async (request) => {
    const { name, markup = 1, live, test } = readInput(projectCreate, request.body);
    const settings = {
      name,
      markup,
      // Real money is prepaid, play money is not counted, unless it is said otherwise.
      liveFloorMicros: live?.floor_micros === undefined ? 0 : live.floor_micros,
      testFloorMicros: test?.floor_micros ?? null,
    };
    return showProject(await projects.create(settings, changeOf(request)));
  });
  app.get(PATH, async (request) =>
    pageAnswer(await projects.list(pageWish(readInput(pageQuery, request.query), PROJECT_ID)), showProject),
  );
  app.get<OfProject>(`${PATH}/:project`, async ({ params }) =>
    showProject(await projects.find(projectRef(params.project))),
  );
  app.patch<OfProject>(`${PATH}/:project`, async (request) => {
    const { name, markup, live, test } = readInput(projectUpdate, request.body);
    const changes = {
      ...(name !== undefined && { name }),
      ...(markup !== undefined && { markup }),
      ...(live?.floor_micros !== undefined && { liveFloorMicros: live.floor_micros }),
      ...(test?.floor_micros !== undefined && { testFloorMicros: test.floor_micros }),
    };
    return showProject(await projects.update(projectRef(request.params.project), changes, changeOf(request)));
  });
  app.post<OfProject>(`${PATH}/:project/close`, async (request) =>
    showProject(await projects.close(projectRef(request.params.project), changeOf(request))),
  );
  app.post<OfProject>(`${PATH}/:project/grants`, async (request, reply) => {
    const { livemode, amount_micros: amountMicros, cause } = readInput(grantCreate, request.body);
    const wish = { livemode, amountMicros, cause };
    const idempotency = idempotencyOf(request.headers['idempotency-key'], wish);
    const ref = projectRef(request.params.project);
    const { grant, replayed } = await projects.grant(
      ref,
      { ...wish, ...(idempotency && { idempotency }) },
      changeOf(request),
    );
    if (replayed) reply.header('idempotent-replayed', 'true');
    return showGrant(grant);
  });
  app.get<OfProject>(`${PATH}/:project/grants`, async ({ params, query }) =>
    pageAnswer(
      await projects.grants(projectRef(params.project), pageWish(readInput(pageQuery, query), GRANT_ID)),
      showGrant,
    ),
  );
};

const MOST_KEY_CHARS = 255;

function idempotencyOf(key: string | readonly string[] | undefined, wish: object) {
  if (key === undefined || key === '') return undefined;
  if (typeof key !== 'string' || key.length > MOST_KEY_CHARS)
    throw new Refusal('invalid_value', `Idempotency-Key must be one text of at most ${MOST_KEY_CHARS} characters.`, {
      param: 'Idempotency-Key',
    });
  return { key, requestHash: createHash('sha256').update(JSON.stringify(wish)).digest('hex') };
}

const showProject = ({ id, name, markup, createdAt, closedAt, live, test }: Project): ProjectAnswer => ({
  id: PROJECT_ID.spell(id),
  object: 'project',
  name,
  markup,
  created_at: wholeSeconds(createdAt),
  closed_at: closedAt === undefined ? null : wholeSeconds(closedAt),
  live: showBooks(live),
  test: showBooks(test),
});

const showBooks = ({ floorMicros, grantedMicros, availableMicros, heldMicros, spentMicros }: Books) => ({
  floor_micros: floorMicros ?? null,
  granted_micros: grantedMicros,
  available_micros: availableMicros,
  held_micros: heldMicros,
  spent_micros: spentMicros,
});

const showGrant = (grant: Grant): GrantAnswer => ({
  id: GRANT_ID.spell(grant.id),
  object: 'grant',
  project: PROJECT_ID.spell(grant.projectId),
  livemode: grant.livemode,
  amount_micros: grant.amountMicros,
  cause: grant.cause,
  created_at: wholeSeconds(grant.createdAt),
  ...(grant.availableMicros !== undefined && { available_micros: grant.availableMicros }),
});
