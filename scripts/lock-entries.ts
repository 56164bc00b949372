/** What package-lock.json lacks, as pure functions over its parsed form. */

/** One entry of a lock, as far as it is looked at here; npm's other fields are kept as they are. */
export interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}
export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
  readonly [field: string]: unknown;
}
/** An optional dependency that has no entry: where its entry belongs, and who names it (`''` is package.json). */
export interface Addition {
  readonly key: string;
  readonly name: string;
  readonly range: string;
  readonly namedBy: string;
  readonly dev: boolean;
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = 'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x wasm32 x64'.split(' ');
const LIBRARIES: Readonly<Record<string, string>> = {
  gnu: 'glibc',
  gnueabihf: 'glibc',
  musl: 'musl',
  musleabihf: 'musl',
};
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/;

/** Every optional dependency that a package in the lock names and that npm would not find there. */
export function missing(lock: Lock): Addition[] {
  const found = new Map<string, Addition>();
  for (const [namedBy, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const key = keyOfMissing(lock, { namedBy, name, range });
      if (key === undefined) continue;
      const dev = entry.dev === true && found.get(key)?.dev !== false;
      found.set(key, { key, name, range, namedBy, dev });
    }
  }
  return [...found.values()];
}

/** Keys whose entry says which registry it came from. */
export function registryAddresses(lock: Lock): string[] {
  return Object.entries(lock.packages)
    .filter(([, entry]) => entry.link !== true && entry.resolved !== undefined)
    .map(([key]) => key);
}

/** The lock with an entry for all that was missing and without registry addresses. `newest` turns a range into a version. */
export function completed(lock: Lock, { newest }: { newest: (addition: Addition) => string }): Lock {
  const packages: Record<string, LockEntry> = {};
  for (const [key, entry] of Object.entries(lock.packages)) {
    const { resolved, ...rest } = entry;
    packages[key] = entry.link === true ? entry : rest;
  }
  const additions = missing(lock);
  for (const addition of additions) {
    const siblings = Object.keys(lock.packages[addition.namedBy]?.optionalDependencies ?? {});
    const { os, cpu, libc } = platformOf(addition.name, siblings);
    // In npm's own order, so that a later `npm install` leaves the entry as it is.
    packages[addition.key] = {
      version: EXACT.test(addition.range) ? addition.range : newest(addition),
      cpu,
      ...(addition.dev && { dev: true }),
      ...(libc !== undefined && { libc }),
      optional: true,
      os,
    };
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  const next = { ...lock, packages: Object.fromEntries(sorted) };
  return additions.length === 0 ? next : completed(next, { newest }); // an added one may hide another version's place
}

/**
 * The platform that a package is for, read from its name: native packages are called `<stem>-<os>-<cpu>[-<libc>]`.
 * On Linux without a libc in the name it is glibc if a sibling is for musl, otherwise it does not matter.
 */
export function platformOf(
  name: string,
  siblings: readonly string[],
): { os: string[]; cpu: string[]; libc?: string[] } {
  const words = (name.split('/').at(-1) ?? name).split('-');
  const os = words.filter((word) => SYSTEMS.includes(word));
  const cpu = words.filter((word) => PROCESSORS.includes(word));
  if (os.length !== 1 || cpu.length !== 1) {
    throw new Error(`${name}: the name does not say os and cpu; add its entry to package-lock.json by hand`);
  }
  if (os[0] !== 'linux') return { os, cpu };
  const said = words.map((word) => LIBRARIES[word]).find((library) => library !== undefined);
  const libc = said ?? (siblings.some((sibling) => sibling.endsWith('-musl')) ? 'glibc' : undefined);
  return { os, cpu, ...(libc !== undefined && { libc: [libc] }) };
}

/** Looks where Node would, from the naming package outward. An exact version must be that very one. */
function keyOfMissing(lock: Lock, { namedBy, name, range }: { namedBy: string; name: string; range: string }) {
  for (const folder of foldersOutward(namedBy)) {
    const entry = lock.packages[`${folder}node_modules/${name}`];
    if (entry === undefined) continue;
    const own = `${namedBy}/node_modules/${name}`;
    const other = EXACT.test(range) && entry.version !== range;
    return other && namedBy !== '' && lock.packages[own] === undefined ? own : undefined;
  }
  return `node_modules/${name}`;
}

/** `node_modules/a/node_modules/b` → itself, `node_modules/a`, the root; each ready to be put before `node_modules/`. */
function foldersOutward(key: string): string[] {
  const folders = [''];
  for (let end = key.length; end > 0; end = key.lastIndexOf('/node_modules/', end - 1)) {
    folders.splice(-1, 0, `${key.slice(0, end)}/`);
  }
  return folders;
}
