import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import type { Finding } from './cli/findings.ts';
import { embeddedPlatformPackage, runningGlibc } from './postgres/embedded/platform.ts';
import { availabilityOn, thisMachine } from './studio/platform.ts';

/** Which Node runs this, and whether it is the one that npm brought. */
export function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const origin = process.execPath.includes(`${sep}node_modules${sep}`) ? 'installed by npm' : 'of this machine';
  const message = `${process.version}, ${origin}: ${process.execPath}`;
  if (major > 22 || (major === 22 && minor >= 18)) return { name: 'node', state: 'ok', message };
  return {
    name: 'node',
    state: 'failed',
    message,
    fix: 'Install Node 22.18 or newer, or run npm ci, which brings one.',
  };
}

/** Whether the embedded PostgreSQL is made for this machine. Your own one needs nothing of it. */
export function platformFinding(ownDatabase: boolean): Finding {
  const glibc = process.platform === 'linux' ? runningGlibc() : undefined;
  const message = `${process.platform} ${process.arch}${glibc === undefined ? '' : `, glibc ${glibc}`}`;
  const verdict = embeddedPlatformPackage(process.platform, process.arch, glibc);
  if ('package' in verdict) return { name: 'platform', state: 'ok', message };
  return {
    name: 'platform',
    state: ownDatabase ? 'warning' : 'failed',
    message: `${message}: ${verdict.reason}`,
    fix: verdict.fix,
  };
}

/** Whether sandbox videos can be rendered. Live keys do not need it. */
export function encoderFinding(): Finding {
  const availability = availabilityOn(thisMachine());
  if (!availability.available)
    return {
      name: 'encoder',
      state: 'warning',
      message: `Test keys cannot render videos: ${availability.reason}`,
      fix: availability.fix,
    };
  return { name: 'encoder', state: 'ok', message: `node-webcodecs ${encoderVersion()}` };
}

function encoderVersion(): string {
  const require = createRequire(import.meta.url);
  const manifest: unknown = require('node-webcodecs/package.json');
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return `${version} in ${dirname(require.resolve('node-webcodecs/package.json'))}`;
}
