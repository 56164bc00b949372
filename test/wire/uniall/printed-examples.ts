import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request as a source document prints it: the JSON, and the curl command. */
export interface PrintedExample {
  readonly document: string;
  readonly name: string;
  readonly json: string;
  readonly curl: string;
}

const EXAMPLE = /^### (.+)\n\n```json\n([\s\S]*?)\n```\n\n```bash\n([\s\S]*?)\n```$/gm;

/** The request examples of one source document, copied byte by byte into fixtures/. */
export function printedExamples(document: 'vidu' | 'seedance' | 'veo'): readonly PrintedExample[] {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', `${document}.md`), 'utf8');
  return [...text.matchAll(EXAMPLE)].map(([, name = '', json = '', curl = '']) => ({ document, name, json, curl }));
}

/** What stands for the reader's own: host, key, and where the media are. Nothing else of a printed text is touched. */
export const withOurs = (text: string, ours: { url: string; key: string; mediaUrl: string }): string =>
  text
    .replaceAll('{BASE_URL}', ours.url)
    .replaceAll('sk-***', ours.key)
    .replaceAll('https://example.com', ours.mediaUrl);
