import { z } from 'zod';
import {
  type HeaderDescription,
  operationSuffix,
  type ParameterDescription,
  type RouteDescription,
} from '../../application/route-description.ts';
import { LIST_LIMIT, LIST_STATES } from './list-query.ts';
import { QUOTES_PATH } from './quote-route.ts';
import { quoteAnswer } from './quote-schemas.ts';
import { createAnswer, createBody, listAnswer, queryAnswer } from './schemas.ts';

/** What the document says of this dialect: every prefix offers the same, the first one is meant to be used. */
export const describeUniallRoutes = (prefixes: readonly string[]): readonly RouteDescription[] =>
  prefixes
    .flatMap((prefix) => {
      const suffix = operationSuffix(prefix, prefixes);
      const main = prefixes[0] ?? prefix;
      return [create, list, query, cancel].map((describe) => {
        const route = describe(prefix);
        if (suffix === '') return route;
        const description = `The same as ${route.path.replace(prefix, main)}.`;
        return { ...route, description, operationId: route.operationId + suffix };
      });
    })
    .concat(quote);

const id: ParameterDescription = {
  in: 'path',
  name: 'id',
  description: 'The id of a generation: task_…, or its bare number.',
  schema: z.string(),
};

const REPLAYED: HeaderDescription = {
  description: 'true when this is the answer to an earlier request with the same Idempotency-Key.',
  required: false,
};

const EXAMPLES = {
  text: { model: 'viduq3t-720p', prompt: 'a fox in the snow', duration: 5, aspect_ratio: '16:9' },
  first_frame: { model: 'viduq3t-720p', prompt: 'the fox looks up', image: 'https://example.com/fox.png', duration: 5 },
  frames: {
    model: 'veo3.1-video-1080p',
    image: 'https://example.com/dawn.png',
    last_image: 'https://example.com/dusk.png',
    prompt: 'a day goes by',
    duration: 6,
  },
  references: {
    model: 'viduq3p-mix-720p',
    prompt: '@Image1 meets @Image2',
    reference_image_urls: ['https://example.com/fox.png', 'https://example.com/owl.png'],
    duration: 5,
  },
  content: {
    model: 'seedance2.0-720p',
    content: [
      { type: 'text', text: 'dance to the music' },
      { type: 'image_url', image_url: { url: 'https://example.com/fox.png' }, role: 'reference_image' },
      { type: 'audio_url', audio_url: { url: 'https://example.com/song.mp3' }, role: 'reference_audio' },
    ],
    duration: 5,
  },
  extension: { model: 'veo3.1-video-720p', prompt: 'and then it rains', video: 'https://example.com/clip.mp4' },
};

/** What may be wrong with the body of a create, and of a quote. */
const OF_A_BODY = [
  'invalid_json',
  'missing_field',
  'invalid_value',
  'unknown_model',
  'unsupported_field',
  'conflicting_inputs',
  'input_unreachable',
  'input_invalid',
  'not_supported',
  'invalid_key',
] as const;

const create = (path: string): RouteDescription => ({
  method: 'post',
  path,
  operationId: 'createGeneration',
  tag: 'Generations',
  summary: 'Make a video',
  description:
    'Checked, priced and accepted, or refused before anything is spent. Accepted is not finished: ask for the generation until its status is completed or failed.',
  access: 'key',
  parameters: [
    {
      in: 'header',
      name: 'Idempotency-Key',
      description: 'Any name for this request: sent again with the same body, it answers the first generation.',
      schema: z.string().regex(/^[!-~]{1,255}$/),
    },
  ],
  body: { schema: createBody, examples: EXAMPLES },
  answers: {
    200: {
      description: 'Accepted.',
      headers: { 'Idempotent-Replayed': REPLAYED },
      content: { 'application/json': createAnswer },
    },
  },
  refusals: [
    ...OF_A_BODY,
    'insufficient_balance',
    'model_not_allowed',
    'rate_limited',
    'concurrency_limited',
    'idempotency_mismatch',
    'too_large',
    'unsupported_media_type',
    'no_channel',
    'price_missing',
    'overloaded',
    'unavailable',
  ],
});

const quote: RouteDescription = {
  method: 'post',
  path: QUOTES_PATH,
  operationId: 'quoteGeneration',
  tag: 'Generations',
  summary: 'What a video would cost',
  description:
    'Takes the body of a create, and answers what that would hold at most and cost as a rule, and what the price is made of. Nothing is made, held or kept. Videos among the inputs are looked at, because a price may follow from their length; pictures and sounds are not, so a create may still refuse them.',
  access: 'key',
  body: { schema: createBody, examples: EXAMPLES },
  answers: { 200: { description: 'The quote.', content: { 'application/json': quoteAnswer } } },
  refusals: [
    ...OF_A_BODY,
    'model_not_allowed',
    'too_large',
    'unsupported_media_type',
    'no_channel',
    'price_missing',
    'unavailable',
  ],
};

const query = (prefix: string): RouteDescription => ({
  method: 'get',
  path: `${prefix}/{id}`,
  operationId: 'getGeneration',
  tag: 'Generations',
  summary: 'How far a generation is, and its video',
  description: 'Links in the answer are made anew each time and hold for a day.',
  access: 'key',
  parameters: [id],
  answers: { 200: { description: 'The generation.', content: { 'application/json': queryAnswer } } },
  refusals: ['invalid_key', 'not_found', 'unavailable'],
});

const cancel = (prefix: string): RouteDescription => ({
  method: 'post',
  path: `${prefix}/{id}/cancel`,
  operationId: 'cancelGeneration',
  tag: 'Generations',
  summary: 'Cancel a generation',
  description:
    'What waits ends at once and costs nothing. What a vendor has is cancelled there, where the vendor can; the answer then has cancel_requested until the vendor’s last word is in. No body is needed, and a second time answers the same.',
  access: 'key',
  parameters: [id],
  answers: {
    200: { description: 'Cancelled, or about to be.', content: { 'application/json': queryAnswer } },
  },
  refusals: ['invalid_key', 'not_found', 'not_cancellable', 'unavailable'],
});

const filter = (name: string, description: string, schema: z.ZodType = z.string()): ParameterDescription => ({
  in: 'query',
  name,
  description,
  schema,
});

const list = (path: string): RouteDescription => ({
  method: 'get',
  path,
  operationId: 'listGenerations',
  tag: 'Generations',
  summary: 'Generations, newest first',
  description: 'Those of the key’s project, and of its world: live or test.',
  access: 'key',
  parameters: [
    filter('limit', 'How many.', z.int().min(1).max(LIST_LIMIT.most).default(LIST_LIMIT.usual)),
    filter('after', 'The id of the last one that was seen: the page after it.'),
    filter('status', 'Only those with this status.', z.enum(LIST_STATES)),
    filter('model', 'Only those of this model.'),
    filter('created_after', 'Unix seconds.', z.number().min(0)),
    filter('created_before', 'Unix seconds.', z.number().min(0)),
  ],
  answers: { 200: { description: 'A page.', content: { 'application/json': listAnswer } } },
  refusals: ['invalid_value', 'invalid_key', 'unavailable'],
});
