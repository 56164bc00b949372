import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderSpec, StudioInput } from '../spec.ts';
import { writeImage } from './media.ts';

/** The size of the videos that most tests make. */
export const small = { width: 640, height: 360, fps: 24 } as const;

/** A second of a small, silent video, changed as a test wants. */
export const specOf = (some: Partial<RenderSpec> = {}): RenderSpec => ({
  prompt: 'A red fox in the snow',
  seed: 1,
  seconds: 1,
  ...small,
  audio: false,
  label: 'test · text · 360p',
  ...some,
});

/** Writes inputs into a folder that is known later, when the tests begin. */
export const inputsIn = (folder: () => string) => ({
  async image(name: string, look: Parameters<typeof writeImage>[1]): Promise<StudioInput> {
    const path = join(folder(), name);
    await writeImage(path, look);
    return { kind: 'image', path };
  },
  async file(kind: StudioInput['kind'], name: string, bytes: Buffer | string): Promise<StudioInput> {
    const path = join(folder(), name);
    await writeFile(path, bytes);
    return { kind, path };
  },
});
