#!/usr/bin/env node
// Starts Onereel on a Node that can run it. Plain JavaScript without newer syntax than Node 18 knows: it is the one
// file that the machine's own Node reads, whatever its age.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isClone = existsSync(join(root, 'src', 'main.ts'));
const program = isClone ? join(root, 'src', 'main.ts') : join(root, 'dist', 'main.js');

/** 22.18 is the first that runs TypeScript as it is, without a flag. */
const isNewEnough = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
};

/** Nodes that npm installed: beside a clone's dependencies, or in the project that this package is installed in. */
const installedNodes = () => {
  const folders = [join(root, 'node_modules')];
  if (root.includes(`${sep}node_modules${sep}`)) folders.push(dirname(root));
  return folders.flatMap((folder) => {
    const packages = existsSync(folder)
      ? readdirSync(folder).filter((name) => /^node-(linux|bin|darwin)-/.test(name))
      : [];
    return [...packages.map((name) => join(folder, name, 'bin', 'node')), join(folder, '.bin', 'node')].filter(
      existsSync,
    );
  });
};

/** Undefined if none runs here and is new enough. A file may exist and still not run: another libc, another processor. */
const goodNode = () =>
  installedNodes().find((node) => {
    const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    return status === 0 && isNewEnough(stdout.trim());
  }) ?? (isNewEnough(process.version) ? process.execPath : undefined);

const run = async (node) => {
  if (node === process.execPath) {
    process.argv[1] = program;
    await import(pathToFileURL(program).href);
    return;
  }
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself, as it shares our terminal: passing it on as well would count as pressed twice.
  const isForeground = process.stdin.isTTY === true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () =>
      isForeground && (signal === 'SIGINT' || signal === 'SIGQUIT') ? undefined : child.kill(signal),
    );
  }
  child.on('error', (error) => {
    console.error(`Onereel could not start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    // 128 + number is what a shell reports for a program that a signal ended.
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
};

const node = goodNode();
if (!existsSync(program)) {
  console.error(`Onereel is not complete: ${program} is missing. Install it again.`);
  process.exitCode = 1;
} else if (node === undefined) {
  console.error(`Onereel needs Node 22.18 or newer; this is ${process.version}.`);
  console.error("In a clone on Linux with glibc, 'npm ci' brings one (do not pass --omit=optional).");
  console.error('Otherwise install Node 24 from https://nodejs.org, or run it in a container with a glibc Linux.');
  process.exitCode = 1;
} else {
  await run(node);
}
