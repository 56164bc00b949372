import { z } from 'zod';
import { modelDescription, modelName } from '../application/model-description.ts';
import {
  type AnswerDescription,
  operationSuffix,
  type ParameterDescription,
  type RouteDescription,
} from '../application/route-description.ts';
import { OUTPUT_ROLES } from '../domain/provider.ts';
import { ADMIN_ROUTES } from './admin/describe.ts';
import { FILE_ROUTES } from './describe-files.ts';
import { INPUT_ROUTES } from './describe-inputs.ts';
import { RANGE_PARAMETERS, storedFileAnswers } from './describe-stored-file.ts';

/** What the document says of the routes of this room. `prefixes`: where the files of a generation are offered. */
export const describeHttpRoutes = (prefixes: readonly string[]): readonly RouteDescription[] => [
  ...prefixes.flatMap((prefix) => describeContent(prefix, operationSuffix(prefix, prefixes))),
  ...FILE_ROUTES,
  ...INPUT_ROUTES,
  ...MODEL_ROUTES,
  ...ADMIN_ROUTES,
  ...SERVER_ROUTES,
];

const json = (description: string, schema: z.ZodType): AnswerDescription => ({
  description,
  content: { 'application/json': schema },
});

const videoModelList = z
  .object({ object: z.literal('list'), data: z.array(modelDescription) })
  .meta({ id: 'VideoModelList' });

const openAiModelList = z
  .object({
    object: z.literal('list'),
    data: z.array(
      z.object({ id: modelName, object: z.literal('model'), created: z.int(), owned_by: z.literal('onereel') }),
    ),
  })
  .meta({ id: 'ModelList', description: 'OpenAI’s list of models.' });

const health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
const readiness = z
  .object({ status: z.enum(['ready', 'not ready']), missing: z.array(z.string()) })
  .meta({ id: 'Readiness' });

const MODEL_ROUTES: readonly RouteDescription[] = [
  {
    method: 'get',
    path: '/v1/video/models',
    operationId: 'listVideoModels',
    tag: 'Models',
    summary: 'Every model with modes, limits, defaults and prices',
    access: 'key',
    answers: { 200: json('All models.', videoModelList) },
    refusals: ['invalid_key', 'unavailable'],
  },
  {
    method: 'get',
    path: '/v1/models',
    operationId: 'listModels',
    tag: 'Models',
    summary: 'Every model in OpenAI’s form',
    access: 'key',
    answers: { 200: json('All models.', openAiModelList) },
    refusals: ['invalid_key', 'unavailable'],
  },
];

const SERVER_ROUTES: readonly RouteDescription[] = [
  {
    method: 'get',
    path: '/healthz',
    operationId: 'getHealth',
    tag: 'Server',
    summary: 'Whether the process is alive',
    access: 'open',
    answers: { 200: json('Alive.', health) },
    refusals: [],
  },
  {
    method: 'get',
    path: '/readyz',
    operationId: 'getReadiness',
    tag: 'Server',
    summary: 'Whether requests can be served',
    access: 'open',
    answers: { 200: json('Ready.', readiness), 503: json('Something is missing; the answer names it.', readiness) },
    refusals: [],
  },
  {
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    tag: 'Server',
    summary: 'Figures for Prometheus',
    access: 'open',
    answers: { 200: { description: 'Prometheus’ text form.', content: { 'text/plain': z.string() } } },
    refusals: [],
  },
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    tag: 'Server',
    summary: 'This document',
    access: 'open',
    answers: { 200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })) },
    refusals: [],
  },
];

const CONTENT_PARAMETERS: readonly ParameterDescription[] = [
  { in: 'path', name: 'id', description: 'The id of a generation.', schema: z.string() },
  {
    in: 'query',
    name: 'variant',
    description: 'Which file: last_frame and thumbnail exist only for some models and options.',
    schema: z.enum(OUTPUT_ROLES).default('video'),
  },
  ...RANGE_PARAMETERS,
];

function describeContent(prefix: string, suffix: string): readonly RouteDescription[] {
  const types = ['video/mp4', 'image/*'];
  const shared = {
    path: `${prefix}/{id}/content`,
    tag: 'Generations',
    access: 'key-or-link',
    parameters: CONTENT_PARAMETERS,
    refusals: ['invalid_value', 'invalid_key', 'not_found', 'no_output', 'not_ready', 'unavailable'],
  } as const;
  return [
    {
      ...shared,
      method: 'get',
      operationId: `getContent${suffix}`,
      summary: 'The file of a generation',
      description: 'With a key, or by a link from the generation, whose query is its permission.',
      answers: storedFileAnswers(types),
    },
    {
      ...shared,
      method: 'head',
      operationId: `headContent${suffix}`,
      summary: 'What the file of a generation is',
      answers: storedFileAnswers([]),
    },
  ];
}
