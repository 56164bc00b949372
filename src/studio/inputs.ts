import { readFile } from 'node:fs/promises';
import { createCanvas, ImageData, loadImage } from '@napi-rs/canvas';
import type { Sound } from './encoder.ts';
import { type Film, openFilm, readSound } from './film.ts';
import { type Picture, rgbaFromPicture } from './i420.ts';
import { imageSize } from './image-header.ts';
import type { Drawable } from './layers.ts';
import type { StudioInput } from './spec.ts';
import { Unreadable } from './unreadable.ts';

/** 100 megapixels take 400 MB as RGBA. */
const mostPixels = 100_000_000;

/** Reads a file, and turns whatever goes wrong into an Unreadable. Decoders' own texts are not for users: they may hold memory. */
async function reading<T>(role: string, { kind, path }: StudioInput, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(path);
  } catch {
    throw new Unreadable(role, `the ${kind} cannot be read`);
  }
}

/** Decodes an image; JPEG orientation is applied. */
export const readImage = (role: string, input: StudioInput): Promise<Drawable> =>
  reading(role, input, async (path) => {
    const file = await readFile(path);
    const stored = imageSize(file);
    if (stored === undefined || stored.width * stored.height > mostPixels) throw new Error('no image, or too large');
    const image = await loadImage(file);
    if (image.width < 1 || image.height < 1) throw new Error('empty image');
    return { width: image.width, height: image.height, drawable: image };
  });

/** Opens a video. */
export const readFilm = (role: string, input: StudioInput): Promise<Film> => reading(role, input, openFilm);

/** What the references give: pictures in their order, and sounds. */
export interface References {
  readonly images: readonly Drawable[];
  readonly sounds: readonly Sound[];
}

/** Reads all references; sounds only when wanted, and no longer than `seconds`. */
export async function readReferences(
  references: readonly StudioInput[],
  options: { sound: boolean; seconds: number },
): Promise<References> {
  const images: Drawable[] = [];
  const sounds: Sound[] = [];
  for (const [index, input] of references.entries()) {
    const role = `references[${index}]`;
    if (input.kind === 'image') images.push(await readImage(role, input));
    if (input.kind === 'audio') sounds.push(await reading(role, input, (path) => readSound(path, options.seconds)));
    if (input.kind !== 'video') continue;
    const film = await readFilm(role, input);
    images.push(drawableFrom(await reading(role, input, () => film.still())));
    const sound = options.sound ? await film.sound(options.seconds) : undefined;
    if (sound !== undefined) sounds.push(sound);
    film.close();
  }
  return { images, sounds };
}

function drawableFrom(still: Picture): Drawable {
  const { width, height } = still;
  const canvas = createCanvas(width, height);
  canvas.getContext('2d').putImageData(new ImageData(rgbaFromPicture(still), width, height), 0, 0);
  return { width, height, drawable: canvas };
}
