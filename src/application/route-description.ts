import type { ZodType } from 'zod';
import type { RefusalCode } from './refusal.ts';

/**
 * What a room says of a route that it serves. The OpenAPI document is put together from these, so a route's description
 * stands beside the route. Schemas with `.meta({ id })` become components of the document.
 */
export interface RouteDescription {
  readonly method: 'get' | 'head' | 'post' | 'patch' | 'delete';
  /** As OpenAPI spells it: /v1/videos/{id}. */
  readonly path: string;
  /** A name for the operation, unique in the document: what generated clients call it. */
  readonly operationId: string;
  readonly tag: 'Generations' | 'Vidu' | 'Files' | 'Models' | 'Server' | 'Admin';
  readonly summary: string;
  readonly description?: string;
  /** `key`: an API key; `key-or-link`: that, or the signature of a link; `admin`: an admin key; `open`: nothing. */
  readonly access: 'key' | 'key-or-link' | 'admin' | 'open';
  readonly parameters?: readonly ParameterDescription[];
  readonly body?: {
    readonly schema: ZodType;
    readonly examples: Readonly<Record<string, unknown>>;
    /** JSON when absent. */
    readonly mediaType?: 'multipart/form-data';
  };
  /** What it answers when the request is served, by status. */
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** The codes it may refuse with. */
  readonly refusals: readonly RefusalCode[];
  /** The form of its refusals, where it is not the house’s. */
  readonly errorBody?: ZodType;
}

/**
 * What sets the operations of an alias apart: nothing at the first path, AtVideosGenerations at /v1/videos/generations.
 * `prefixes` are all paths that offer the same.
 */
export function operationSuffix(prefix: string, prefixes: readonly string[]): string {
  if (prefix === prefixes[0]) return '';
  const words = prefix.split('/').slice(2);
  return `At${words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')}`;
}

export interface ParameterDescription {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly description: string;
  readonly schema: ZodType;
}

export interface AnswerDescription {
  readonly description: string;
  readonly headers?: Readonly<Record<string, HeaderDescription>>;
  /** Media type to schema; 'bytes' is a file. Absent: no body. */
  readonly content?: Readonly<Record<string, ZodType | 'bytes'>>;
}

export interface HeaderDescription {
  readonly description: string;
  /** Always there. */
  readonly required: boolean;
}
