import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** A request and its answer, as they went over the wire. JSON bodies are parsed, others are text. */
export interface Exchange {
  readonly method: string;
  /** With its query, without the host. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly requestBody?: unknown;
  readonly responseBody: unknown;
}

interface MediaType {
  readonly schema?: object;
}
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, ResponseOf>>;
}
interface ResponseOf {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly $ref?: string }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}
interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const DOCUMENT: ApiDocument = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(DOCUMENT, 'openapi');

/** Throws when an exchange is not as docs/openapi.json says: its route, status, headers or one of its bodies. */
export function assertConforms(exchange: Exchange): void {
  const wrong = violation(exchange);
  if (wrong === undefined) return;
  const { method, path, status, responseBody } = exchange;
  const body = JSON.stringify(responseBody)?.slice(0, 2000);
  throw new Error(`${method} ${path} ${status} is not as docs/openapi.json says: ${wrong}\n${body}`);
}

function violation(exchange: Exchange): string | undefined {
  const { method, path, status, headers, responseBody, requestBody } = exchange;
  if (status === 500) return 'something failed that should not have';
  const found = findOperation(method.toLowerCase(), new URL(path, 'http://gateway').pathname);
  if (!found) return isPlainRefusal(exchange) ? undefined : 'nothing like it is described';
  const { operation, pointer, isBare } = found;
  const answer = operation.responses[status];
  if (!answer) return `the statuses are ${Object.keys(operation.responses).join(', ')}`;
  const missing = requiredHeaders(answer).find((name) => !headers.has(name));
  if (missing !== undefined) return `the header ${missing} is missing`;
  const wrong = isBare
    ? wrongEmpty(responseBody)
    : wrongBody(exchange, { answer, at: `${pointer}/responses/${status}` });
  const isJson = operation.requestBody?.content['application/json'] !== undefined;
  if (wrong !== undefined || status >= 300 || !isJson) return wrong;
  const invalid = invalidity(`${pointer}/requestBody/content/application~1json/schema`, sent(requestBody));
  return invalid === undefined ? undefined : `the request was accepted, but ${invalid}`;
}

/** `fetch` for client libraries of a gateway: every exchange is held against the document, then handed on. */
export const checkedFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const requestBody = request.method === 'GET' ? undefined : await request.clone().text();
  const response = await fetch(request);
  const text = await response.clone().text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const { method, url } = request;
  const { status, headers } = response;
  const path = new URL(url).pathname;
  assertConforms({ method, path, status, headers, requestBody, responseBody: isJson ? JSON.parse(text) : text });
  return response;
};

const sent = (body: unknown): unknown => (typeof body === 'string' ? JSON.parse(body) : (body ?? {}));

interface FoundOperation {
  readonly operation: Operation;
  readonly pointer: string;
  /** HEAD of a GET: the same without a body. */
  readonly isBare: boolean;
}

/** A path without parameters goes before one with. */
function findOperation(method: string, pathname: string): FoundOperation | undefined {
  const asked = pathname.replace(/(?<=.)\/$/, '');
  const fits = Object.keys(DOCUMENT.paths)
    .filter((template) =>
      new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked),
    )
    .sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')));
  for (const template of fits) {
    const operations = DOCUMENT.paths[template];
    const known = operations?.[method] ? method : method === 'head' ? 'get' : undefined;
    const operation = known === undefined ? undefined : operations?.[known];
    if (known === undefined || operation === undefined) continue;
    const pointer = `openapi#/paths/${encodeURIComponent(template.replaceAll('~', '~0').replaceAll('/', '~1'))}/${known}`;
    return { operation, pointer, isBare: method === 'head' };
  }
  return undefined;
}

/** What may come where nothing is described, as the document's introduction says. */
function isPlainRefusal({ status, responseBody, method, path }: Exchange): boolean {
  if (method.toLowerCase() === 'head') return status === 404 || status === 405;
  if (/^\/(?:v1\/vidu|ent\/v2)(?:\/|$)/.test(path))
    return (
      [401, 404, 405].includes(status) &&
      invalidity('openapi#/components/schemas/ViduError', responseBody) === undefined
    );
  const code = errorCode(responseBody);
  const expected: Readonly<Record<number, string>> = {
    400: 'not_supported',
    401: 'invalid_key',
    404: 'not_found',
    405: 'method_not_allowed',
  };
  return (
    code !== undefined &&
    expected[status] === code &&
    invalidity('openapi#/components/schemas/Error', responseBody) === undefined
  );
}

function errorCode(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

const requiredHeaders = ({ headers = {} }: ResponseOf): readonly string[] =>
  Object.entries(headers)
    .filter(([, { required, $ref }]) => required === true || $ref !== undefined)
    .map(([name]) => name);

const wrongEmpty = (body: unknown): string | undefined =>
  body === '' ? undefined : 'a body came where none is described';

function wrongBody(
  { headers, responseBody }: Exchange,
  { answer, at }: { readonly answer: ResponseOf; readonly at: string },
): string | undefined {
  if (!answer.content) return wrongEmpty(responseBody);
  const type = headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  const known = Object.keys(answer.content).find((name) => name === type || name === `${type.split('/')[0]}/*`);
  if (known === undefined) return `its type is ${type || 'not said'}, not ${Object.keys(answer.content).join(' or ')}`;
  if (!answer.content[known]?.schema) return undefined;
  return invalidity(`${at}/content/${known.replaceAll('/', '~1')}/schema`, responseBody);
}

/** Why a value does not fit the schema at a place of the document; undefined when it does. */
function invalidity(pointer: string, value: unknown): string | undefined {
  const validate = ajv.getSchema(pointer) ?? ajv.compile({ $ref: pointer });
  return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'the body' });
}
