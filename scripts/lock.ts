/**
 * Completes package-lock.json. Where a registry lacks a package made for another platform, npm leaves it out of the
 * lock, and npm 11 then refuses `npm ci` everywhere ("Missing … from lock file"). This adds an entry for each optional
 * dependency that some package names and the lock lacks, and takes out registry addresses, which are the user's choice.
 *
 *   npm run lock               writes
 *   sh scripts/run.sh scripts/lock.ts    verifies, without network; exits 1 with what is missing
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Addition, completed, type Lock, missing, registryAddresses } from './lock-entries.ts';

const path = join(import.meta.dirname, '../package-lock.json');
const lock: Lock = JSON.parse(readFileSync(path, 'utf8'));
const additions = missing(lock);
const addresses = registryAddresses(lock);

if (process.argv.includes('--write')) {
  writeFileSync(path, `${JSON.stringify(completed(lock, { newest }), null, 2)}\n`);
  console.log(`package-lock.json: ${additions.length} entries added, ${addresses.length} registry addresses removed`);
} else if (additions.length + addresses.length > 0) {
  for (const { key, range, namedBy } of additions) {
    console.log(`missing: ${key} ${range}, named by ${namedBy === '' ? 'package.json' : namedBy}`);
  }
  for (const key of addresses) console.log(`holds a registry address: ${key}`);
  console.log('package-lock.json is not complete: run `npm run lock`');
  process.exitCode = 1;
}

/** The newest version in the range that the registry offers; the version that the range names where it offers none. */
function newest({ name, range }: Addition): string {
  try {
    const answer = execFileSync('npm', ['view', `${name}@${range}`, 'version', '--json'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const version: unknown = answer === '' ? undefined : [JSON.parse(answer)].flat().at(-1);
    if (typeof version === 'string') return version;
  } catch {
    // The registry does not know the package: what the range itself names has to do.
  }
  const named = /\d+\.\d+\.\d+[\w.+-]*/.exec(range);
  if (named === null) throw new Error(`${name}: no version can be read from the range ${range}`);
  return named[0];
}
