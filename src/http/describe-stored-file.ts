import { z } from 'zod';
import type { ParameterDescription, RouteDescription } from '../application/route-description.ts';

const always = (description: string) => ({ description, required: true });

const FILE_HEADERS = {
  ETag: always('The SHA-256 of the file.'),
  'Accept-Ranges': always('bytes'),
  'Cache-Control': always('Only private caches may keep it.'),
  'X-Content-Type-Options': always('nosniff'),
  'Content-Disposition': always('inline, with a file name.'),
};
const RANGE_HEADER = { 'Content-Range': always('Which bytes of how many.') };

export const RANGE_PARAMETERS: readonly ParameterDescription[] = [
  { in: 'header', name: 'Range', description: 'A byte range.', schema: z.string() },
  { in: 'header', name: 'If-Range', description: 'An ETag: Range counts only for this file.', schema: z.string() },
  { in: 'header', name: 'If-None-Match', description: 'ETags of copies that you have.', schema: z.string() },
];

/** What a route that sends a stored file of these types answers; without types it is HEAD. */
export function storedFileAnswers(types: readonly string[]): RouteDescription['answers'] {
  const file = types.length === 0 ? {} : { content: Object.fromEntries(types.map((type) => [type, 'bytes' as const])) };
  return {
    200: { description: 'The whole file.', headers: FILE_HEADERS, ...file },
    206: { description: 'The bytes that Range asked for.', headers: { ...FILE_HEADERS, ...RANGE_HEADER }, ...file },
    304: { description: 'Your copy is good.', headers: FILE_HEADERS },
    416: { description: 'The file has no such bytes.', headers: RANGE_HEADER },
  };
}
