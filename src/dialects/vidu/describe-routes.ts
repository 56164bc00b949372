import { z } from 'zod';
import type { HeaderDescription, ParameterDescription, RouteDescription } from '../../application/route-description.ts';
import { ENDPOINTS, VIDU_PREFIXES } from './endpoints.ts';
import { PAGE_SIZE } from './list-query.ts';
import { viduErrorBody } from './refusals.ts';
import { viduCreateBody, viduCreated, viduCreations, viduCredits, viduTaskList } from './schemas.ts';

/** What the document says of this dialect: both prefixes offer the same. */
export const describeViduRoutes = (): readonly RouteDescription[] =>
  VIDU_PREFIXES.flatMap((prefix, index) =>
    [...ENDPOINTS.map(({ path }) => create(path)), query, list, cancel, credits].map((route): RouteDescription => {
      const shared = {
        ...route,
        path: prefix + route.path,
        tag: 'Vidu',
        access: 'key',
        errorBody: viduErrorBody,
      } as const;
      if (index === 0) return shared;
      const description = `The same as ${VIDU_PREFIXES[0]}${route.path}.`;
      return { ...shared, description, operationId: `${route.operationId}AtEntV2` };
    }),
  );

type Described = Omit<RouteDescription, 'tag' | 'access' | 'errorBody'>;

const id: ParameterDescription = {
  in: 'path',
  name: 'id',
  description: 'task_id of a create answer; any spelling of the id of a generation.',
  schema: z.string(),
};

const WARNINGS: HeaderDescription = {
  description: 'Changes that were decided for you: a JSON list of code, param and message.',
  required: false,
};
const REPLAYED: HeaderDescription = {
  description: 'true when this is the answer to an earlier request with the same Idempotency-Key.',
  required: false,
};

const SUMMARIES: Readonly<Record<string, string>> = {
  text2video: 'Make a video from a prompt',
  img2video: 'Make a video from a first frame',
  'start-end2video': 'Make a video from a first and a last frame',
  reference2video: 'Make a video from references',
};

const EXAMPLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  text2video: { text: { model: 'viduq3-turbo', prompt: 'a fox in the snow', duration: 5, resolution: '720p' } },
  img2video: {
    image: { model: 'viduq3-pro', images: ['https://example.com/fox.png'], prompt: 'the fox looks up', audio: true },
  },
  'start-end2video': {
    frames: { model: 'viduq3-pro', images: ['https://example.com/dawn.png', 'https://example.com/dusk.png'] },
  },
  reference2video: {
    images: {
      model: 'viduq3-mix',
      images: ['https://example.com/fox.png', 'https://example.com/owl.png'],
      prompt: 'they meet',
    },
    subjects: {
      model: 'viduq3',
      subjects: [{ name: 'fox', images: ['https://example.com/fox.png'] }],
      prompt: '@fox walks home',
    },
  },
};

/** text2video, start-end2video: createText2video, createStartEnd2video. */
const operationIdOf = (path: string): string =>
  `create${path
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')}`;

const create = (path: string): Described => ({
  method: 'post',
  path: `/${path}`,
  operationId: operationIdOf(path),
  summary: SUMMARIES[path] ?? path,
  description:
    'Vidu’s own protocol; Token or Bearer. Any model that can, of any vendor. Accepted is not finished: ask for its creations.',
  parameters: [
    {
      in: 'header',
      name: 'Idempotency-Key',
      description: 'Any name for this request: sent again with the same body, it answers the first task.',
      schema: z.string().regex(/^[!-~]{1,255}$/),
    },
  ],
  body: { schema: viduCreateBody, examples: EXAMPLES[path] ?? {} },
  answers: {
    200: {
      description: 'Accepted.',
      headers: { 'Idempotent-Replayed': REPLAYED, 'Onereel-Warnings': WARNINGS },
      content: { 'application/json': viduCreated },
    },
  },
  refusals: [
    ...(['invalid_json', 'missing_field', 'invalid_value', 'unknown_model', 'unsupported_field'] as const),
    ...(['conflicting_inputs', 'input_unreachable', 'input_invalid', 'not_supported', 'invalid_key'] as const),
    ...(['idempotency_mismatch', 'too_large', 'unsupported_media_type', 'no_channel', 'price_missing'] as const),
    ...(['model_not_allowed', 'rate_limited', 'concurrency_limited', 'overloaded', 'unavailable'] as const),
  ],
});

const query: Described = {
  method: 'get',
  path: '/tasks/{id}/creations',
  operationId: 'getCreations',
  summary: 'How far a task is, and its video',
  description: 'Links in the answer are made anew each time and hold for a day.',
  parameters: [id],
  answers: {
    200: {
      description: 'The task.',
      headers: { 'Onereel-Warnings': WARNINGS },
      content: { 'application/json': viduCreations },
    },
  },
  refusals: ['invalid_json', 'invalid_key', 'not_found', 'unavailable'],
};

const filter = (name: string, description: string, schema: z.ZodType = z.string()): ParameterDescription => ({
  in: 'query',
  name,
  description,
  schema,
});

const list: Described = {
  method: 'get',
  path: '/tasks',
  operationId: 'listTasks',
  summary: 'Tasks, newest first',
  parameters: [
    filter('created_at.from', 'RFC 3339 or unix seconds; seven days ago when absent.'),
    filter('created_at.to', 'As created_at.from.'),
    filter('task_ids', 'Only these: repeated, or separated by commas. So are the next ones.'),
    filter('model_versions', 'Such as q3-turbo, 2.0, or the name of any model.'),
    filter('resolutions', 'Such as 720p.'),
    filter('states', 'created, queueing, processing, success, failed.'),
    filter('templates', 'No task has a template: the list is empty then.'),
    filter('pager.page', 'From 0.', z.int().min(0)),
    filter('pager.pagesz', 'How many.', z.int().min(1).max(PAGE_SIZE.most).default(PAGE_SIZE.usual)),
    filter('pager.page_token', 'next_page_token of the page before.'),
  ],
  answers: { 200: { description: 'A page.', content: { 'application/json': viduTaskList } } },
  refusals: ['invalid_value', 'invalid_key', 'unavailable'],
};

const cancel: Described = {
  method: 'post',
  path: '/tasks/{id}/cancel',
  operationId: 'cancelTask',
  summary: 'Cancel a task',
  description: 'Possible until the vendor has scheduled it. The task ends as failed, with err_code UserCancelled.',
  parameters: [id],
  body: { schema: z.looseObject({ id: z.string().optional() }), examples: { id: { id: '940125400401448960' } } },
  answers: { 200: { description: 'Cancelled.', content: { 'application/json': z.strictObject({}) } } },
  refusals: [
    ...(['invalid_json', 'invalid_value', 'invalid_key', 'not_found', 'too_large'] as const),
    ...(['unsupported_media_type', 'unavailable'] as const),
  ],
};

const credits: Described = {
  method: 'get',
  path: '/credits',
  operationId: 'getCredits',
  summary: 'What is left to spend, and what runs',
  parameters: [filter('show_detail', 'true: packages too.', z.boolean().default(false))],
  answers: { 200: { description: 'The account.', content: { 'application/json': viduCredits } } },
  refusals: ['invalid_value', 'invalid_key', 'unavailable'],
};
