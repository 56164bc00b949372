import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REFUSALS } from '../../src/application/refusal.ts';
import { PUBLIC_MODELS } from '../../src/catalog/public-models.ts';
import { FAILURES } from '../../src/domain/failure.ts';
import { MAGIC_PROMPTS } from '../../src/emulators/kit/magic.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';

const read = (name: string): Promise<string> => readFile(join(import.meta.dirname, '../../docs', name), 'utf8');
const document = async () => JSON.parse(await read('openapi.json'));

test('every code of a refusal is in the document and in docs/errors.md', async () => {
  const { components } = await document();
  const page = await read('errors.md');
  const codes = Object.keys(REFUSALS);
  expect(components.schemas.Error.properties.error.properties.code.enum).toEqual(codes);
  expect(components.schemas.Issue.properties.code.enum).toEqual(codes);
  for (const [code, { status, type, meaning }] of Object.entries(REFUSALS))
    expect(page).toContain(`| \`${code}\` | ${status} | ${type} | ${meaning}`);
});

test('every code of a refusal is an answer of some route, at its own status', async () => {
  const { paths, info } = await document();
  const operations = Object.values<object>(paths).flatMap((path) => Object.values(path));
  const missing = Object.entries(REFUSALS).flatMap(([code, { status }]) => {
    const isGiven = operations.some(({ responses }) =>
      JSON.stringify(responses[status]?.content ?? {}).includes(`"${code}"`),
    );
    return isGiven || info.description.replaceAll('\n', ' ').includes(`${status} \`${code}\``) ? [] : [code];
  });
  expect(missing).toEqual([]);
});

test('every reason of a failed generation is in the document and in docs/errors.md', async () => {
  const { components } = await document();
  const page = await read('errors.md');
  expect(components.schemas.GenerationError.properties.code.enum).toEqual(Object.keys(FAILURES));
  for (const [code, { message }] of Object.entries(FAILURES)) expect(page).toContain(`| \`${code}\` | ${message} |`);
});

test('every public name is in the document and in docs/models.md, and every vendor’s model and option too', async () => {
  const { components } = await document();
  const page = await read('models.md');
  expect(components.schemas.ModelName.examples).toEqual(PUBLIC_MODELS.map(({ id }) => id));
  const models = PROVIDERS.flatMap((provider) => provider.models);
  const options = models.flatMap(({ modes }) =>
    Object.values(modes).flatMap((capabilities) => Object.keys(capabilities.options.shape)),
  );
  for (const name of [...PUBLIC_MODELS, ...models].map(({ id }) => id)) expect(page).toContain(`\`${name}\``);
  for (const name of new Set(options)) expect(page).toContain(`| \`${name}\` |`);
});

test('every magic prompt is in docs/test-mode.md', async () => {
  const page = await read('test-mode.md');
  for (const { word, description } of MAGIC_PROMPTS) expect(page).toContain(`| \`${word}\` | ${description} |`);
});
