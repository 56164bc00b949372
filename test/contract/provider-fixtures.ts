import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HttpResponse } from '../../src/domain/http.ts';
import type { Json } from '../../src/domain/json.ts';

/** A vendor's answer, transcribed from the page it names. The file is called `exchange.state[.failure or note].json`. */
export interface Fixture {
  readonly file: string;
  readonly exchange: 'submit' | 'poll';
  readonly state: string;
  readonly note: string | undefined;
  readonly response: HttpResponse;
}

export const answer = (status: number, body: Json, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers,
  json: body,
  text: JSON.stringify(body).slice(0, 200),
});

export const textAnswer = (status: number, text: string): HttpResponse => ({ status, headers: {}, text });

/** All fixtures of a provider's folder. */
export function fixturesOf(folder: string): readonly Fixture[] {
  const directory = new URL(`../../src/providers/${folder}/fixtures/`, import.meta.url);
  return readdirSync(fileURLToPath(directory)).map((file) => {
    const { status, headers, json } = JSON.parse(readFileSync(new URL(file, directory), 'utf8'));
    const [exchange, state, note] = basename(file, '.json').split('.');
    if ((exchange !== 'submit' && exchange !== 'poll') || state === undefined)
      throw new Error(`${file}: the name must say exchange and state`);
    return { file, exchange, state, note, response: answer(status, json, headers) };
  });
}
