/** The architecture gate of `npm run check`. The rules and their own tests are in test/architecture*.ts. */
import { join } from 'node:path';
import { architectureViolations, shapesOf } from '../test/architecture.ts';

const root = join(import.meta.dirname, '..');
const violations = [
  ...architectureViolations(join(root, 'src')),
  ...['test', 'scripts'].flatMap((folder) => shapesOf(join(root, folder)).map((violation) => `${folder}/${violation}`)),
];
for (const violation of violations) console.log(violation);
if (violations.length > 0) process.exitCode = 1;
