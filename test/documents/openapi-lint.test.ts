import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';

const FILE = join(import.meta.dirname, '../../docs/openapi.json');

const RULES = {
  extends: ['recommended'],
  rules: {
    // /healthz and its like refuse nobody.
    'operation-4xx-response': 'off',
    // Decided: `generations` below /v1/videos is never taken for an id.
    'no-ambiguous-paths': 'off',
  },
} as const;

async function problemsOf(source: string): Promise<readonly string[]> {
  const config = await createConfig({ extends: [...RULES.extends], rules: RULES.rules });
  const problems = await lintFromString({ source, absoluteRef: FILE, config });
  return problems.map(
    ({ ruleId, severity, message, location }) => `${severity} ${ruleId} at ${location[0]?.pointer}: ${message}`,
  );
}

test('docs/openapi.json has no error and no warning by the recommended rules', async () => {
  expect(await problemsOf(await readFile(FILE, 'utf8'))).toEqual([]);
});

test('the lint finds a reference that leads nowhere', async () => {
  const broken = (await readFile(FILE, 'utf8')).replace('#/components/schemas/Error"', '#/components/schemas/Nobody"');
  expect((await problemsOf(broken)).join('\n')).toContain('no-unresolved-refs');
});
