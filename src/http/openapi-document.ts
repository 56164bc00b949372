import { z } from 'zod';
import { houseErrorBody } from '../application/house-error.ts';
import { REFUSALS, type RefusalCode } from '../application/refusal.ts';
import type {
  AnswerDescription,
  HeaderDescription,
  ParameterDescription,
  RouteDescription,
} from '../application/route-description.ts';

type Schema = Readonly<Record<string, unknown>>;

export interface DocumentParts {
  readonly version: string;
  readonly description: string;
  readonly routes: readonly RouteDescription[];
  /** Examples of components, by their ids. */
  readonly examples: Readonly<Record<string, readonly unknown[]>>;
}

const TAGS = [
  { name: 'Generations', description: 'Making videos.' },
  { name: 'Files', description: 'Media that is uploaded before the requests that use it.' },
  {
    name: 'Vidu',
    description: 'Making videos in Vidu’s own protocol. `Authorization: Token …` works as `Bearer …` does.',
  },
  { name: 'Models', description: 'What can be called.' },
  { name: 'Server', description: 'What operators and tools ask.' },
  { name: 'Admin', description: 'Projects, keys, money, channels, prices: with an admin key only. docs/admin.md.' },
];

const SECURITY_SCHEMES = {
  key: { type: 'http', scheme: 'bearer', description: 'A live (sk-live-…) or test key (sk-test-…).' },
  admin: { type: 'http', scheme: 'bearer', description: 'An admin key.' },
  linkExpires: { type: 'apiKey', in: 'query', name: 'expires', description: 'Of a link that an answer gave.' },
  linkSignature: { type: 'apiKey', in: 'query', name: 'signature', description: 'Of a link that an answer gave.' },
};

const SECURITY = {
  key: [{ key: [] }],
  'key-or-link': [{ key: [] }, { linkExpires: [], linkSignature: [] }],
  admin: [{ admin: [] }],
  open: [],
} as const;

/** The OpenAPI 3.1 document of these routes. The same parts give the same document. */
export function openApiDocument({ version, description, routes, examples }: DocumentParts): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: describeOperation(route) };
  return {
    openapi: '3.1.0',
    info: { title: 'Onereel', version, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/', description: 'Where this document was read.' }],
    tags: TAGS,
    paths,
    components: { schemas: componentsOf(examples), headers: HEADERS, securitySchemes: SECURITY_SCHEMES },
  };
}

const refTo = (id: string): string => `#/components/schemas/${id}`;

/** Every schema that has an id. Answers are closed: what is not named here is not sent. */
function componentsOf(examples: DocumentParts['examples']): Schema {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: refTo, override: ({ jsonSchema }) => tidy(jsonSchema) });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [
      id,
      { ...schema, ...(examples[id] && { examples: examples[id] }) },
    ]),
  );
}

/** Bounds that only say that a number is safe are left out. */
function tidy(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** A component by reference, anything else in place. */
function schemaOf(schema: z.ZodType): Schema {
  const id = schema.meta()?.id;
  if (id !== undefined) return { $ref: refTo(id) };
  const { $schema: _, ...inline } = z.toJSONSchema(schema, { override: ({ jsonSchema }) => tidy(jsonSchema) });
  return inline;
}

function describeOperation(route: RouteDescription): Schema {
  const { operationId, tag, summary, description, access, parameters = [], body, answers } = route;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: SECURITY[access],
    ...(parameters.length > 0 && { parameters: parameters.map(describeParameter) }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          [body.mediaType ?? 'application/json']: {
            schema: schemaOf(body.schema),
            ...(Object.keys(body.examples).length > 0 && {
              examples: Object.fromEntries(Object.entries(body.examples).map(([name, value]) => [name, { value }])),
            }),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer)])),
      ...describeRefusals(route),
    },
  };
}

const describeParameter = ({ in: place, name, description, schema }: ParameterDescription): Schema => ({
  in: place,
  name,
  description,
  required: place === 'path',
  schema: schemaOf(schema),
});

const HEADERS = {
  RequestId: { description: 'Names this request in the log.', required: true, schema: { type: 'string' } },
};

const describeHeaders = (headers: Readonly<Record<string, HeaderDescription>> = {}): Schema => ({
  'x-request-id': { $ref: '#/components/headers/RequestId' },
  ...Object.fromEntries(
    Object.entries(headers).map(([name, { description, required }]) => [
      name,
      { description, required, schema: { type: 'string' } },
    ]),
  ),
});

function describeAnswer({ description, headers, content }: AnswerDescription): Schema {
  return {
    description,
    headers: describeHeaders(headers),
    ...(content && {
      content: Object.fromEntries(
        Object.entries(content).map(([type, schema]) => [type, schema === 'bytes' ? {} : { schema: schemaOf(schema) }]),
      ),
    }),
  };
}

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait before the next try.', required: false } };

/** Headers that come with a refusal, by its status. */
const REFUSAL_HEADERS: Readonly<Record<number, Readonly<Record<string, HeaderDescription>>>> = {
  401: { 'WWW-Authenticate': { description: 'Bearer, when a key is what is missing.', required: false } },
  402: RETRY_AFTER,
  409: RETRY_AFTER,
  429: {
    ...RETRY_AFTER,
    'X-RateLimit-Limit': { description: 'How many the key may have, or create in a minute.', required: true },
    'X-RateLimit-Remaining': { description: 'How many of them are left.', required: true },
    'X-RateLimit-Reset': { description: 'Seconds until there are more.', required: true },
  },
  503: {
    ...RETRY_AFTER,
    'x-should-retry': { description: 'false: the request may have been accepted.', required: false },
    'onereel-generation-id': { description: 'The id to ask for before anything is sent again.', required: false },
  },
};

/** One answer per status: the house form, with the codes that this route gives there. */
function describeRefusals({ method, refusals: named, answers, errorBody }: RouteDescription): Schema {
  // Whatever wants a key may be sent one that was good once.
  const refusals = named.flatMap((code) => (code === 'invalid_key' ? [code, 'key_expired' as const] : [code]));
  const statuses = [...new Set(refusals.map((code) => REFUSALS[code].status))].filter((status) => !(status in answers));
  const described = statuses.map((status) => {
    const codes = refusals.filter((code) => REFUSALS[code].status === status);
    return [status, describeRefusal(codes, { status, method, errorBody })] as const;
  });
  return Object.fromEntries([
    ...described,
    [500, describeRefusal(['unavailable'], { status: 500, method, errorBody })],
  ]);
}

const describeRefusal = (
  codes: readonly RefusalCode[],
  {
    status,
    method,
    errorBody,
  }: {
    readonly status: number;
    readonly method: RouteDescription['method'];
    readonly errorBody: RouteDescription['errorBody'] | undefined;
  },
): Schema => ({
  description: codes.map((code) => `\`${code}\`: ${REFUSALS[code].meaning}`).join('\n\n'),
  headers: describeHeaders(REFUSAL_HEADERS[status]),
  ...(method !== 'head' && {
    content: { 'application/json': { schema: errorBody ? schemaOf(errorBody) : refusalSchema(codes) } },
  }),
});

const refusalSchema = (codes: readonly RefusalCode[]): Schema => ({
  allOf: [
    schemaOf(houseErrorBody),
    {
      type: 'object',
      properties: { error: { type: 'object', properties: { code: { type: 'string', enum: codes } } } },
    },
  ],
});
