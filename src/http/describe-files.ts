import { z } from 'zod';
import type { ParameterDescription, RouteDescription } from '../application/route-description.ts';
import { RANGE_PARAMETERS, storedFileAnswers } from './describe-stored-file.ts';
import { fileAnswer, fileDeleted, fileForm, fileList } from './file-schemas.ts';
import { FILE_LIST_LIMIT } from './files.ts';

const id: ParameterDescription = { in: 'path', name: 'id', description: 'The id of a file.', schema: z.string() };
const one = (schema: z.ZodType, description: string) => ({
  200: { description, content: { 'application/json': schema } },
});
const shared = { tag: 'Files', access: 'key' } as const;

const content = {
  ...shared,
  path: '/v1/files/{id}/content',
  parameters: [id, ...RANGE_PARAMETERS],
  refusals: ['invalid_key', 'not_found', 'unavailable'],
} as const;

export const FILE_ROUTES: readonly RouteDescription[] = [
  {
    ...shared,
    method: 'post',
    path: '/v1/files',
    operationId: 'uploadFile',
    summary: 'Upload an image, video or sound for later requests',
    description:
      'Its id stands wherever the address of such a medium may stand. The type is what the bytes say. Equal bytes count once in the quota of the project, which live and test keys have each.',
    body: { schema: fileForm, examples: {}, mediaType: 'multipart/form-data' },
    answers: one(fileAnswer, 'Kept.'),
    refusals: [
      'missing_field',
      'invalid_value',
      'input_invalid',
      'invalid_key',
      'too_large',
      'unsupported_media_type',
      'overloaded',
      'unavailable',
    ],
  },
  {
    ...shared,
    method: 'get',
    path: '/v1/files',
    operationId: 'listFiles',
    summary: 'Files, newest first',
    parameters: [
      {
        in: 'query',
        name: 'limit',
        description: 'How many.',
        schema: z.int().min(1).max(FILE_LIST_LIMIT.most).default(FILE_LIST_LIMIT.usual),
      },
      {
        in: 'query',
        name: 'after',
        description: 'The id of the last one that was seen: the page after it.',
        schema: z.string(),
      },
    ],
    answers: one(fileList, 'A page.'),
    refusals: ['invalid_value', 'invalid_key', 'unavailable'],
  },
  {
    ...shared,
    method: 'get',
    path: '/v1/files/{id}',
    operationId: 'getFile',
    summary: 'What a file is',
    parameters: [id],
    answers: one(fileAnswer, 'The file.'),
    refusals: ['invalid_key', 'not_found', 'unavailable'],
  },
  {
    ...shared,
    method: 'delete',
    path: '/v1/files/{id}',
    operationId: 'deleteFile',
    summary: 'Delete a file',
    description: 'A generation that uses it keeps its copy.',
    parameters: [id],
    answers: one(fileDeleted, 'It is gone.'),
    refusals: ['invalid_key', 'not_found', 'unavailable'],
  },
  {
    ...content,
    method: 'get',
    operationId: 'getFileContent',
    summary: 'The bytes of a file',
    answers: storedFileAnswers(['image/*', 'video/*', 'audio/*']),
  },
  {
    ...content,
    method: 'head',
    operationId: 'headFileContent',
    summary: 'What the bytes of a file are',
    answers: storedFileAnswers([]),
  },
];
