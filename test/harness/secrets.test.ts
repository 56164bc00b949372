import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { expectNoSecrets } from './secrets.ts';

const dataFolder = await mkdtemp(join(tmpdir(), 'onereel-secrets-'));
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

const look = (output: string, env = {}) => expectNoSecrets({ dataFolder, output: () => output }, env);

test('what looks like a key, a signed link or something that was given as a secret is found, and nothing else', async () => {
  await writeFile(join(dataFolder, 'secret'), 'the secret of this installation\n');
  const env = { VIDU_API_KEY: 'vda_0123456789', HOST: '127.0.0.1:8787 and more' };
  await look('serves at 127.0.0.1:8787 and more; a key ends in …cdef, sk-test-… is one', env);
  await expect(look('key sk-test-0123456789abcdef')).rejects.toThrow('output of a gateway holds secrets: sk-test-0123');
  await expect(look('GET /content?expires=1&signature=abcdefghij0123456789')).rejects.toThrow('signature=abcdef');
  await expect(look('auth vda_0123456789', env)).rejects.toThrow('vda_0123456789');
  await expect(look('the secret of this installation')).rejects.toThrow('the secret of this');
  await writeFile(join(dataFolder, 'onereel.log'), '{"msg":"sk-live-0123456789abcdef"}\n');
  await expect(look('')).rejects.toThrow('onereel.log of a gateway holds secrets');
});
