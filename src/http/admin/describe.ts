import { z } from 'zod';
import type { ParameterDescription, RouteDescription } from '../../application/route-description.ts';
import { auditList } from './audit.ts';
import { describeAdmin } from './describe-admin.ts';
import { BOOK_ROUTES } from './describe-books.ts';
import { CHANNEL_ROUTES } from './describe-channels.ts';
import { keyAnswer, keyCreate, keyCreated, keyList, keyUpdate } from './key-schemas.ts';
import { OVERRIDE_ROUTES } from './overrides.ts';
import { PAGE_PARAMETERS } from './pages.ts';
import {
  grantAnswer,
  grantCreate,
  grantList,
  projectAnswer,
  projectCreate,
  projectList,
  projectUpdate,
} from './project-schemas.ts';

const inPath = (name: string, description: string): ParameterDescription => ({
  in: 'path',
  name,
  description,
  schema: z.string(),
});
const inQuery = (name: string, description: string): ParameterDescription => ({
  in: 'query',
  name,
  description,
  schema: z.string(),
});

const PROJECT = [inPath('project', 'The id (proj_…) or the name of a project.')];
const KEY = [inPath('key', 'The id of a key (key_…), not the key itself.')];

const PROJECT_ROUTES: readonly RouteDescription[] = [
  describeAdmin({
    method: 'post',
    path: '/projects',
    operationId: 'createProject',
    summary: 'Make a project',
    description: 'Real money of it is prepaid (nothing is made before money is granted), play money is not counted.',
    body: projectCreate,
    example: { name: 'shop' },
    answer: projectAnswer,
    refusals: ['conflict'],
  }),
  describeAdmin({
    method: 'get',
    path: '/projects',
    operationId: 'listProjects',
    summary: 'Projects, newest first',
    parameters: PAGE_PARAMETERS,
    answer: projectList,
  }),
  describeAdmin({
    method: 'get',
    path: '/projects/{project}',
    operationId: 'getProject',
    summary: 'A project and its money',
    parameters: PROJECT,
    answer: projectAnswer,
    refusals: ['not_found'],
  }),
  describeAdmin({
    method: 'patch',
    path: '/projects/{project}',
    operationId: 'updateProject',
    summary: 'Change name, markup or floors of a project',
    description: 'What was quoted stays as it was quoted.',
    parameters: PROJECT,
    body: projectUpdate,
    example: { markup: 1.2 },
    answer: projectAnswer,
    refusals: ['not_found', 'conflict'],
  }),
  describeAdmin({
    method: 'post',
    path: '/projects/{project}/close',
    operationId: 'closeProject',
    summary: 'Close a project: its keys are revoked for good',
    description: 'What runs is finished and settled. Money that is left can be taken back with a grant below 0.',
    parameters: PROJECT,
    answer: projectAnswer,
    refusals: ['not_found', 'conflict'],
  }),
  describeAdmin({
    method: 'post',
    path: '/projects/{project}/grants',
    operationId: 'createGrant',
    summary: 'Grant money to a project, or take it back',
    description: 'With an `Idempotency-Key` the same grant is booked once, however often it is sent.',
    parameters: [
      ...PROJECT,
      { in: 'header', name: 'Idempotency-Key', description: 'At most 255 characters.', schema: z.string() },
    ],
    body: grantCreate,
    example: { livemode: true, amount_micros: 50_000_000, cause: 'invoice 17' },
    answer: grantAnswer,
    refusals: ['not_found', 'conflict', 'idempotency_mismatch'],
  }),
  describeAdmin({
    method: 'get',
    path: '/projects/{project}/grants',
    operationId: 'listGrants',
    summary: 'Grants of a project, newest first',
    parameters: [...PROJECT, ...PAGE_PARAMETERS],
    answer: grantList,
    refusals: ['not_found'],
  }),
];

const KEY_ROUTES: readonly RouteDescription[] = [
  describeAdmin({
    method: 'post',
    path: '/keys',
    operationId: 'createKey',
    summary: 'Make a key',
    description: 'The answer holds the key itself, this once.',
    body: keyCreate,
    example: { kind: 'live', project: 'shop', models: ['viduq3*'], budget_micros: 50_000_000 },
    answer: keyCreated,
    refusals: ['not_found', 'conflict'],
  }),
  describeAdmin({
    method: 'get',
    path: '/keys',
    operationId: 'listKeys',
    summary: 'Keys, newest first, with what counts against their limits',
    parameters: [inQuery('project', 'Only those of a project: its id or name.'), ...PAGE_PARAMETERS],
    answer: keyList,
    refusals: ['not_found'],
  }),
  describeAdmin({
    method: 'get',
    path: '/keys/{key}',
    operationId: 'getKey',
    summary: 'A key and what counts against its limits',
    parameters: KEY,
    answer: keyAnswer,
    refusals: ['not_found'],
  }),
  describeAdmin({
    method: 'patch',
    path: '/keys/{key}',
    operationId: 'updateKey',
    summary: 'Change name or limits of a key',
    parameters: KEY,
    body: keyUpdate,
    example: { daily_budget_micros: 5_000_000 },
    answer: keyAnswer,
    refusals: ['not_found', 'conflict'],
  }),
  describeAdmin({
    method: 'post',
    path: '/keys/{key}/revoke',
    operationId: 'revokeKey',
    summary: 'Revoke a key for good',
    description:
      'From this answer on no create with it is accepted; reads end within two seconds. What runs is finished.',
    parameters: KEY,
    answer: keyAnswer,
    refusals: ['not_found', 'conflict'],
  }),
];

const AUDIT_ROUTES: readonly RouteDescription[] = [
  describeAdmin({
    method: 'get',
    path: '/audit',
    operationId: 'listAuditEntries',
    summary: 'Who changed what, newest first',
    parameters: [
      inQuery('subject', 'What was changed, such as key_123.'),
      inQuery('action', 'Such as key.created.'),
      inQuery('actor', 'The admin key, as key_123.'),
      ...PAGE_PARAMETERS,
    ],
    answer: auditList,
  }),
];

export const ADMIN_ROUTES: readonly RouteDescription[] = [
  ...PROJECT_ROUTES,
  ...KEY_ROUTES,
  ...CHANNEL_ROUTES,
  ...OVERRIDE_ROUTES,
  ...BOOK_ROUTES,
  ...AUDIT_ROUTES,
];
