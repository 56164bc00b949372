import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { clusterProcesses, processIdentity } from './process.ts';
import { waitUntil } from './test-gateway.ts';

test('a process keeps its identity, and another one has another', async () => {
  const own = await processIdentity(process.pid);
  expect(own).toMatch(/:\d+$/);
  expect(await processIdentity(process.pid)).toBe(own);
  expect(await processIdentity(process.ppid)).not.toBe(own);
});

test.runIf(process.platform === 'linux')('a zombie counts as gone', async () => {
  // The shell becomes a program that never reaps the child it has.
  const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 60']);
  const [text] = await once(parent.stdout, 'data');
  const pid = Number(String(text));
  await waitUntil(async () => / Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8')));
  expect(process.kill(pid, 0)).toBe(true);
  expect(await processIdentity(pid)).toBeUndefined();
  parent.kill('SIGKILL');
});

test('neither a program in the cluster’s folder nor one that only names it is taken for its server', async () => {
  const mark = { name: 'onereel-0123456789abcdef', folder: tmpdir(), uids: [process.getuid?.() ?? 0] };
  const inside = spawn('sleep', ['60'], { cwd: tmpdir() });
  const naming = spawn('sh', ['-c', 'exec sleep 60', '/x/postgres', `cluster_name=${mark.name}`]);
  const posing = spawn('sleep', ['60'], { argv0: `postgres: ${mark.name}: checkpointer` });
  await Promise.all([inside, naming, posing].map((child) => once(child, 'spawn')));
  expect(await clusterProcesses(mark)).toEqual([posing.pid]);
  expect(await clusterProcesses({ ...mark, uids: [12345] })).toEqual([]);
  for (const child of [inside, naming, posing]) child.kill('SIGKILL');
});
