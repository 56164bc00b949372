import { chords, effects, melody, mixed, silence, syllables } from './audio.ts';
import type { Sound } from './encoder.ts';
import type { Film } from './film.ts';
import type { References } from './inputs.ts';
import type { RenderSpec } from './spec.ts';

/** What is heard beside the synthetic sound. Lengths in seconds. */
interface Heard {
  readonly film: Film | undefined;
  readonly references: References;
  /** Length of the source, which the new material follows. */
  readonly before: number;
  readonly seconds: number;
}

/** How loud the synthetic sound is under the sound of references. */
const underReferences = 0.2;

/**
 * The source keeps its own sound; references are heard from the start; a seeded chord, a voice or noises lie under all, or
 * alone. Music is there with sound or without it. Undefined when nothing is to be heard: then there is no track.
 */
export async function soundTrack(spec: RenderSpec, heard: Heard): Promise<Sound | undefined> {
  const { before, seconds } = heard;
  const added = seconds - before;
  const music = spec.music === true ? [{ sound: melody(spec, added), start: before, loudness: 1 }] : [];
  if (!spec.audio) return music.length === 0 ? undefined : mixed(silence(seconds), music);
  const references = heard.references.sounds.map((sound) => ({ sound, start: before, loudness: 1 }));
  const loudness = references.length > 0 ? underReferences : 1;
  const own = synthetic(spec, added).map((sound) => ({ sound, start: before, loudness }));
  const source = await heard.film?.sound(before);
  const kept =
    source === undefined ? [] : [{ sound: source.subarray(0, 2 * Math.round(before * 48_000)), start: 0, loudness: 1 }];
  return mixed(silence(seconds), [...own, ...references, ...kept, ...music]);
}

function synthetic(spec: RenderSpec, seconds: number): Sound[] {
  const { prompt, seed, speech } = spec;
  const voice = speech?.voice;
  if (speech?.only === 'effects') return [effects(spec, seconds)];
  const spoken = (name: string): Sound => syllables({ prompt, seed, voice: name }, seconds);
  if (speech?.only === 'speech') return [spoken(voice ?? '')];
  return voice === undefined ? [chords(spec, seconds)] : [chords(spec, seconds), spoken(voice)];
}
