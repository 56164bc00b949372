import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silence } from './audio.ts';
import { type Encoded, encodeSound, openPictureEncoder, type PictureEncoder } from './encoder.ts';
import { fileNames } from './file-names.ts';
import type { Film } from './film.ts';
import { type Furniture, furniture } from './furniture.ts';
import { type Picture, picture } from './i420.ts';
import { type References, readFilm, readImage, readReferences } from './inputs.ts';
import { background, collage, fitted } from './layers.ts';
import { cover } from './motion.ts';
import { writeMp4 } from './mp4.ts';
import { fadeScene, panMargin, panScene, type Scene, zoomScene } from './scene.ts';
import { soundTrack } from './sound-track.ts';
import type { RenderSpec } from './spec.ts';
import { writeJpeg } from './stills.ts';
import { Unreadable } from './unreadable.ts';

/** Renders into `folder`; gives the whole length in seconds. Rejects with Unreadable for a bad input. Runs in the child. */
export async function renderInto(folder: string, spec: RenderSpec): Promise<{ seconds: number }> {
  const { fps, source } = spec;
  const film = source === undefined ? undefined : await readFilm('source', source);
  const kept = film === undefined ? 0 : Math.round(film.seconds * fps);
  const added = Math.max(1, Math.round(spec.seconds * fps));
  const seconds = (kept + added) / fps;
  const references = await readReferences(spec.references ?? [], { sound: spec.audio, seconds });
  const sound = await soundTrack(spec, { film, references, before: kept / fps, seconds });

  // Sound takes this thread, pictures mostly another: side by side they cost a quarter less.
  const [stills, audio] = await Promise.all([
    filmFor({ spec, film, references, kept, added }),
    sound === undefined ? undefined : encodeSound(sound),
  ]);
  film?.close();
  await writeFile(join(folder, fileNames.video), await writeMp4({ ...spec, video: stills.video, audio }));
  await writeJpeg(stills.poster, join(folder, fileNames.poster));
  await writeJpeg(stills.last, join(folder, fileNames.lastFrame), 95);
  return { seconds };
}

/** Makes later renders start fast: fonts, codecs and hot code are loaded by a few small pictures. */
export async function warmUp(): Promise<void> {
  const spec: RenderSpec = {
    prompt: 'warm',
    seed: 0,
    seconds: 0.5,
    width: 640,
    height: 360,
    fps: 24,
    audio: true,
    label: '',
  };
  const given = { spec, film: undefined, references: { images: [], sounds: [] }, kept: 0, added: 12 };
  const [{ video }, audio] = await Promise.all([filmFor(given), encodeSound(silence(spec.seconds))]);
  await writeMp4({ ...spec, video, audio });
}

interface Material {
  readonly spec: RenderSpec;
  readonly film: Film | undefined;
  readonly references: References;
  /** Frames of the source, and new frames. */
  readonly kept: number;
  readonly added: number;
}

interface Pictures {
  readonly video: Encoded;
  readonly poster: Picture;
  readonly last: Picture;
}

async function filmFor({ spec, film, references, kept, added }: Material): Promise<Pictures> {
  const stage = { spec, encoder: openPictureEncoder(spec), kept, added, frame: picture(spec.width, spec.height) };
  const before = film === undefined ? undefined : await copyFilm(film, stage);
  const scene = await sceneFor(spec, { frames: added, before, references });
  const stills = await playScene(scene, stage);
  return { ...stills, video: await stage.encoder.finish() };
}

interface Stage {
  readonly spec: RenderSpec;
  readonly encoder: PictureEncoder;
  /** Frames of the source, and new frames. */
  readonly kept: number;
  readonly added: number;
  /** The picture that is drawn on. */
  readonly frame: Picture;
}

/** Writes the source at our size and rate: each slot gets the latest picture that has begun. Gives the last picture. */
async function copyFilm(film: Film, { spec, encoder, kept, frame }: Stage): Promise<Picture> {
  let slot = 0;
  let shown = false;
  const fillUpTo = async (end: number): Promise<void> => {
    for (; slot < Math.min(end, kept); slot += 1) await encoder.write(frame);
  };
  try {
    for await (const { picture: decoded, start } of film.pictures()) {
      // A hundredth of a frame is for clocks that count in whole microseconds.
      if (shown) await fillUpTo(Math.ceil(start * spec.fps - 0.01));
      cover(decoded, frame);
      shown = true;
    }
  } catch {
    shown = false;
  }
  if (!shown) throw new Unreadable('source', 'the video cannot be decoded');
  await fillUpTo(kept);
  return picture(frame.width, frame.height, frame.data.slice());
}

interface Given {
  readonly frames: number;
  readonly before: Picture | undefined;
  readonly references: References;
}

async function sceneFor(spec: RenderSpec, given: Given): Promise<Scene> {
  const { frames } = given;
  const { movement } = spec;
  const base = await firstScene(spec, given);
  if (spec.last === undefined) return base;
  const last = zoomScene(fitted(await readImage('last', spec.last), spec), { frames, outwards: true, movement });
  return fadeScene(base, last);
}

async function firstScene(spec: RenderSpec, { frames, before, references }: Given): Promise<Scene> {
  const { width, height, movement } = spec;
  const zoom = { frames, movement };
  if (before !== undefined) return zoomScene(before, zoom);
  if (spec.first !== undefined) return zoomScene(fitted(await readImage('first', spec.first), spec), zoom);
  if (references.images.length > 0) return zoomScene(collage(references.images, spec, spec), zoom);
  const moved = { frames, width, movement };
  return panScene(background(spec, { width: width + panMargin(moved), height }), moved);
}

/** How long the furniture takes to appear after a given picture, and to go before the last frame. */
const fadeSeconds = 0.4;

/** The last frame is always free of furniture, so that it can start or extend another video. */
function opacityAt(index: number, { frames, fps, appears }: { frames: number; fps: number; appears: boolean }): number {
  const length = Math.max(1, fadeSeconds * fps);
  const in_ = appears ? index / length : 1;
  return Math.min(1, in_, (frames - 1 - index) / length);
}

async function playScene(scene: Scene, stage: Stage): Promise<{ poster: Picture; last: Picture }> {
  const { spec, encoder, kept, added, frame } = stage;
  const drawn = await furnitureFor(spec, (kept + added) / spec.fps);
  const appears = spec.first !== undefined || spec.source !== undefined;
  const posterAt = Math.floor(added * 0.4);
  const copy = (): Picture => picture(frame.width, frame.height, frame.data.slice());
  let poster: Picture | undefined;
  for (let index = 0; index < added; index += 1) {
    scene.draw(index, frame);
    const opacity = opacityAt(index, { frames: added, fps: spec.fps, appears });
    if (opacity > 0) drawn.draw(frame, { frame: kept + index, frames: kept + added, fps: spec.fps, opacity });
    const compared = (index === 0 && spec.first !== undefined) || (index === added - 1 && spec.last !== undefined);
    if (!compared) drawn.drawWatermark(frame);
    if (index === posterAt) poster = copy();
    await encoder.write(frame);
  }
  return { poster: poster ?? copy(), last: copy() };
}

const soundWords = ({ audio, music }: RenderSpec): string => {
  if (music === true) return audio ? 'sound and music' : 'music';
  return audio ? 'sound' : 'silent';
};

async function furnitureFor(spec: RenderSpec, seconds: number): Promise<Furniture> {
  const { width, height, fps, seed, label, prompt, watermark, remarks = [] } = spec;
  const parts = [`${Number(seconds.toFixed(2))} s`, `${width}×${height}`, `${fps} fps`, `seed ${seed}`];
  const details = [...parts, soundWords(spec), ...remarks].join(' · ');
  const image = watermark?.image && (await readImage('watermark', watermark.image));
  const mark = watermark && { text: watermark.text, position: watermark.position, ...(image && { image }) };
  return furniture({ label, details, prompt, ...(mark && { watermark: mark }) }, spec);
}
