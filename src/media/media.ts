import type { Media } from '../application/ports.ts';
import { type InputParts, inputFiles } from './input-files.ts';
import { keepOutputs } from './keep-output.ts';
import { facing } from './media-fact.ts';
import { probeFile } from './probe.ts';

/** Files: inputs that were given, outputs that are kept. */
export function openMedia(parts: InputParts): Media {
  const { storage } = parts;
  return {
    ...inputFiles(parts),
    ...keepOutputs({ storage }),
    probe: async (storageKey) => {
      const facts = await facing(() => probeFile(storage.localPath(storageKey)));
      return 'reason' in facts ? { refused: facts.reason } : facts.fact;
    },
    remove: (storageKey) => storage.remove(storageKey),
    freeBytes: () => storage.freeBytes(),
  };
}
