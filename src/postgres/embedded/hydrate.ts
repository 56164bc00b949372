import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { hasCode } from './process.ts';

/** A folder that holds the server: `native/bin`, `native/lib`, `native/share`. */
export interface ServerHome {
  readonly folder: string;
  readonly version: string;
}

/** Finds an installed server package; undefined when npm has not installed it (`--omit=optional`). */
export async function findServerPackage(name: string): Promise<ServerHome | undefined> {
  const folder = packageFolder(name);
  if (folder === undefined) return undefined;
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return { folder, version: String(version) };
}

function packageFolder(name: string): string | undefined {
  try {
    // The package exports only its entry, dist/index.js.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return undefined;
  }
}

/**
 * Makes the links between the server's libraries that npm packages cannot carry. The package's own install script
 * does the same, but scripts may be blocked. Answers false where links are missing and cannot be made (read-only).
 */
export async function hydrateLinks(home: ServerHome): Promise<boolean> {
  const text = await readFile(join(home.folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) return true;
  for (const link of links) {
    if (!(await makeLink(home.folder, link))) return false;
  }
  return true;
}

async function makeLink(folder: string, link: { readonly source?: unknown; readonly target?: unknown }) {
  if (typeof link.source !== 'string' || typeof link.target !== 'string') return true;
  const place = resolve(folder, link.target);
  try {
    await symlink(relative(dirname(place), resolve(folder, link.source)), place);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return true;
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    return exists(place);
  }
}

/**
 * Copies the server to the first of `bases` where that works, readable by every user, and makes its links there.
 * A complete copy of the same version that nobody else can have changed is used again.
 */
export async function copyServer(home: ServerHome, bases: readonly string[]): Promise<ServerHome | undefined> {
  for (const base of bases) {
    const folder = join(base, `postgres-${home.version}`);
    const copy = { folder, version: home.version };
    try {
      if (!(await isFaithful(home.folder, folder))) await copyAside(home, folder);
      if (await hydrateLinks(copy)) return copy;
    } catch (error) {
      if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
  return undefined;
}

/** Built beside its place and renamed, so that a copy is never seen half made. */
async function copyAside(home: ServerHome, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
  const parent = await lstat(dirname(folder));
  if (!isPrivate(parent)) throw Object.assign(new Error(`${dirname(folder)} is open to others`), { code: 'EPERM' });
  const aside = await mkdtemp(`${folder}-`);
  try {
    await cp(join(home.folder, 'native'), join(aside, 'native'), { recursive: true, verbatimSymlinks: true });
    for (const entry of ['.', ...(await readdir(aside, { recursive: true }))]) {
      const path = join(aside, entry);
      const info = await lstat(path);
      if (info.isSymbolicLink()) continue;
      await chmod(path, info.isDirectory() || (info.mode & 0o100) !== 0 ? 0o755 : 0o644);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Same files with the same sizes (a cleaner of temporary files may have taken some), in folders only we can write. */
async function isFaithful(original: string, copy: string): Promise<boolean> {
  const parents = await Promise.all([lstat(dirname(copy)), lstat(copy)]).catch(() => []);
  if (parents.length === 0 || !parents.every(isPrivate)) return false;
  for (const entry of await readdir(join(original, 'native'), { recursive: true })) {
    const from = await lstat(join(original, 'native', entry));
    if (!from.isFile()) continue;
    const to = await lstat(join(copy, 'native', entry)).catch(() => undefined);
    if (to === undefined || !to.isFile() || to.size !== from.size) return false;
  }
  return true;
}

function isPrivate(info: { isDirectory(): boolean; readonly uid: number; readonly mode: number }): boolean {
  return info.isDirectory() && info.uid === process.getuid?.() && (info.mode & 0o022) === 0;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
