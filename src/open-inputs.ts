import type { InputLink } from './application/deliver-media.ts';
import type { InputRows, Links, Media } from './application/ports.ts';
import type { Config } from './config.ts';
import { hmacLinks } from './http/links.ts';
import { type ImageConverter, openImageConverter } from './media/convert/converter.ts';
import type { DiskStorage } from './media/disk-storage.ts';
import type { GuardedFetcher } from './media/guarded-fetch.ts';
import { openMedia } from './media/media.ts';
import { ownFiles } from './own-files.ts';
import type { Database } from './postgres/database.ts';
import { generationStore } from './postgres/generations.ts';
import { inputRows } from './postgres/inputs.ts';
import type { Installation } from './postgres/installation.ts';

/** Files of ours and the links to them. */
export interface Inputs {
  readonly media: Media;
  readonly links: Links;
  readonly rows: InputRows;
  readonly link: InputLink;
  /** The local file behind a signed link of ours. */
  readonly ownPath: (url: string) => Promise<string | undefined>;
  readonly converter: ImageConverter;
  close(): Promise<void>;
}

interface InputsOptions {
  readonly database: Database;
  readonly installation: Pick<Installation, 'linkSecret' | 'vault'>;
  readonly storage: DiskStorage;
  readonly fetcher: GuardedFetcher;
}

/** Puts together what takes inputs in and hands them out. */
export function openInputs(
  { publicUrl }: Pick<Config, 'publicUrl'>,
  { database, installation, storage, fetcher }: InputsOptions,
): Inputs {
  const links = hmacLinks(installation.linkSecret, () => Date.now() / 1000);
  const rows = inputRows(database);
  const converter = openImageConverter();
  const ownFile = ownFiles({ links, generations: generationStore(database, installation.vault), inputs: rows });
  return {
    media: openMedia({ storage, fetcher, inputs: rows, convert: (job) => converter.convert(job), ownFile }),
    links,
    rows,
    link: (id) => (publicUrl === undefined ? undefined : links.signInput(publicUrl, id)),
    ownPath: async (url) => {
      const own = await ownFile(url);
      return own && 'storageKey' in own ? storage.localPath(own.storageKey) : undefined;
    },
    converter,
    close: () => converter.close(),
  };
}
