import { createRequire } from 'node:module';

/** Whether this platform can encode; when not, why, and what to do. */
export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly reason: string; readonly fix: string };

/** Platforms that the encoder is built for. */
const built = ['linux-x64', 'linux-arm64', 'darwin-arm64'];
const glibcWanted = [2, 29] as const;

/** The parts of a machine that decide. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** Version of glibc on Linux; undefined where there is another C library. */
  readonly glibc: string | undefined;
  /** Whether a package is installed. */
  readonly has: (name: string) => boolean;
}

/** Looks at the machine that this runs on. */
export function thisMachine(): Machine {
  const require = createRequire(import.meta.url);
  const fromEncoder = createRequire(require.resolve('node-webcodecs/package.json'));
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: glibcVersion(),
    has(name) {
      try {
        fromEncoder.resolve(name);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Decides without loading the encoder: loading it is for the children. */
export function availabilityOn({ platform, arch, glibc, has }: Machine): Availability {
  const name = `${platform}-${arch}`;
  const container = 'Run Onereel in a Linux container with glibc (x64 or arm64), such as the node:24 image.';
  if (!built.includes(name)) {
    return { available: false, reason: `There is no video encoder for ${name}.`, fix: container };
  }
  if (platform === 'linux' && !isEnough(glibc)) {
    const found = glibc === undefined ? 'another C library (Alpine has musl)' : `glibc ${glibc}`;
    const reason = `The video encoder needs glibc ${glibcWanted.join('.')} or newer, and this machine has ${found}.`;
    return { available: false, reason, fix: container };
  }
  if (!has(`@node-webcodecs/static-${name}`)) {
    const reason = `The package @node-webcodecs/static-${name} with the video encoder is not installed.`;
    return { available: false, reason, fix: 'Run npm ci again, without --omit=optional.' };
  }
  return { available: true };
}

function isEnough(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major > glibcWanted[0] || (major === glibcWanted[0] && minor >= glibcWanted[1]);
}

function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  Object.assign(process.report, { excludeNetwork: true }); // else it looks up names of open connections
  const report: unknown = process.report.getReport();
  if (typeof report !== 'object' || report === null || !('header' in report)) return undefined;
  const { header } = report;
  if (typeof header !== 'object' || header === null || !('glibcVersionRuntime' in header)) return undefined;
  return typeof header.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : undefined;
}
