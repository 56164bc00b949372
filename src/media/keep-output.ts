import type { Media } from '../application/ports.ts';
import type { DiskStorage } from './disk-storage.ts';

/** The output side of the media: what vendors made, kept. */
export const keepOutputs = (storage: DiskStorage): Pick<Media, 'keepOutput'> => ({
  keepOutput: async (storageKey, body) => {
    const { bytes, sha256 } = await storage.write(storageKey, body);
    return { bytes, sha256 };
  },
});
