/** `npm run check`: every gate that needs no database and no network, side by side. One line each; exits 1 if any fails. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Gate {
  readonly name: string;
  /** Arguments for this Node: a file of the project or of an installed tool, and what it is told. */
  readonly command: readonly string[];
  /** What repairs it, where a command can. */
  readonly repair?: string;
}
interface Outcome {
  readonly gate: Gate;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const root = join(import.meta.dirname, '..');
/** Resolved, not written as a path, so that the dead-code gate sees the package in use. */
const biome = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'));
const GATES: readonly Gate[] = [
  {
    name: 'biome',
    command: [biome, 'ci', '--error-on-warnings', '--colors=off'],
    repair: 'npm run fix',
  },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'types of the domain', command: ['node_modules/typescript/bin/tsc', '-p', 'src/domain'] },
  { name: 'architecture', command: ['scripts/architecture.ts'] },
  { name: 'dead code', command: ['node_modules/knip/bin/knip.js', '--no-progress'] },
  { name: 'generated files', command: ['scripts/codegen.ts', '--check'], repair: 'npm run codegen' },
  { name: 'lock file', command: ['scripts/lock.ts'], repair: 'npm run lock' },
];

const started = performance.now();
const outcomes = await Promise.all(
  GATES.map(async (gate) => {
    const outcome = await run(gate);
    console.log(`${outcome.passed ? 'ok  ' : 'FAIL'} ${gate.name.padEnd(20)} ${outcome.seconds.toFixed(1)} s`);
    return outcome;
  }),
);

const failed = outcomes.filter(({ passed }) => !passed);
for (const { gate, output } of failed) {
  console.log(`\n--- ${gate.name}: ${gate.command.join(' ').replaceAll(`${root}/`, '')}\n${output.trimEnd()}`);
  if (gate.repair !== undefined) console.log(`repair: ${gate.repair}`);
}
const total = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${failed.length === 0 ? '' : '\n'}${GATES.length - failed.length} of ${GATES.length} gates hold, ${total} s`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function run(gate: Gate): Promise<Outcome> {
  const begun = performance.now();
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn(process.execPath, gate.command, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    const end = (passed: boolean) => resolve({ gate, passed, output, seconds: (performance.now() - begun) / 1000 });
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}
