import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GlobalFonts } from '@napi-rs/canvas';

const require = createRequire(import.meta.url);

interface Family {
  readonly name: string;
  readonly source: string;
  /** Which files of the package make the upright family; all subsets go under one name. */
  readonly file: RegExp;
  /** Texts that need the family: registering costs 5 ms (Latin), 10 ms (emoji), 80 ms (Han). */
  readonly wanted: RegExp;
}

/** Separate names, because with one name the space of the last font would be used for all. Arabic, Thai, Hangul have none. */
const families: readonly Family[] = [
  { name: 'Onereel Latin', source: '@fontsource-variable/inter', file: /-wght-normal\.woff2$/, wanted: /^/ },
  {
    name: 'Onereel Han',
    source: '@fontsource-variable/noto-sans-sc',
    file: /-wght-normal\.woff2$/,
    wanted: /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[\ud840-\ud8ff]/,
  },
  {
    name: 'Onereel Emoji',
    source: '@fontsource-variable/noto-emoji',
    file: /-wght-normal\.woff2$/,
    wanted: /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u,
  },
];

const registered = new Set<string>();

/** Registers the families that this text needs; what is registered already costs nothing. */
export function prepareFonts(text: string): void {
  for (const family of families) {
    if (registered.has(family.name) || !family.wanted.test(text)) continue;
    const folder = join(dirname(require.resolve(`${family.source}/package.json`)), 'files');
    for (const name of readdirSync(folder).sort()) {
      if (family.file.test(name)) GlobalFonts.registerFromPath(join(folder, name), family.name);
    }
    registered.add(family.name);
  }
}

/** A canvas font string with every family in order of preference. */
export const font = (weight: number, pixels: number): string =>
  `${weight} ${pixels}px ${families.map(({ name }) => `"${name}"`).join(', ')}`;
