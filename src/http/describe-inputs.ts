import { z } from 'zod';
import type { RouteDescription } from '../application/route-description.ts';
import { RANGE_PARAMETERS, storedFileAnswers } from './describe-stored-file.ts';

const shared = {
  path: '/v1/inputs/{id}',
  tag: 'Files',
  access: 'key-or-link',
  parameters: [
    { in: 'path', name: 'id', description: 'The id of a kept input.', schema: z.string() },
    ...RANGE_PARAMETERS,
  ],
  refusals: ['invalid_key', 'not_found', 'unavailable'],
} as const;

export const INPUT_ROUTES: readonly RouteDescription[] = [
  {
    ...shared,
    method: 'get',
    operationId: 'getInput',
    summary: 'An input, for the vendor that works with it',
    description: 'By signed link alone: links are made when a request is sent to a vendor, and last a day.',
    answers: storedFileAnswers(['image/*', 'video/*', 'audio/*']),
  },
  { ...shared, method: 'head', operationId: 'headInput', summary: 'What an input is', answers: storedFileAnswers([]) },
];
