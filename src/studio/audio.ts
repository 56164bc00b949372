import { type Sound, sampleRate } from './encoder.ts';
import { randomFrom } from './random.ts';

const soundOf = (seconds: number): Sound => new Float32Array(Math.round(seconds * sampleRate) * 2);

/** Steps of a minor and a major scale, in semitones. */
const scales = [
  [0, 2, 3, 5, 7, 8, 10],
  [0, 2, 4, 5, 7, 9, 11],
] as const;

/** Of a, e, i, o: the overtones that stand out. */
const vowels = [
  [6, 9],
  [4, 15],
  [2, 18],
  [3, 6],
] as const;

/** One tone: seconds from the start, length in seconds, Hz, loudness 0 to 1, place from left (-1) to right (1). */
interface Tone {
  readonly start: number;
  readonly length: number;
  readonly hertz: number;
  readonly loudness: number;
  readonly place: number;
  /** Seconds to full loudness; the end fades over the rest of the length. */
  readonly attack: number;
}

/** Adds a tone with two soft overtones, by turning a vector instead of calling sin for every sample. */
function addTone(sound: Sound, tone: Tone): void {
  const first = Math.round(tone.start * sampleRate);
  const samples = Math.min(Math.round(tone.length * sampleRate), sound.length / 2 - first);
  const attack = Math.max(1, tone.attack * sampleRate);
  const full = tone.length * sampleRate;
  const left = tone.loudness * Math.sqrt((1 - tone.place) / 2);
  const right = tone.loudness * Math.sqrt((1 + tone.place) / 2);
  const angle = (2 * Math.PI * tone.hertz) / sampleRate;
  const turnCos = Math.cos(angle);
  const turnSin = Math.sin(angle);
  let cos = 1;
  let sin = 0;
  for (let index = 0; index < samples; index += 1) {
    const fade = 1 - index / full;
    const envelope = Math.min(1, index / attack) * fade * fade;
    const value = (sin + 0.3 * (2 * sin * cos) + 0.12 * sin * (3 - 4 * sin * sin)) * envelope;
    const at = (first + index) * 2;
    sound[at] = (sound[at] ?? 0) + value * left;
    sound[at + 1] = (sound[at + 1] ?? 0) + value * right;
    const next = cos * turnCos - sin * turnSin;
    sin = sin * turnCos + cos * turnSin;
    cos = next;
  }
}

/** What a sound is made from: the same words give the same sound. */
export interface SoundSource {
  readonly prompt: string;
  readonly seed: number;
}

/** The key of a piece, 110 to 208 Hz, and the pitch of its steps; chord and melody of one source fit together. */
function keyOf({ prompt, seed }: SoundSource) {
  const random = randomFrom('sound', prompt, seed);
  const root = 110 * 2 ** (Math.floor(random() * 12) / 12);
  const scale = scales[random() < 0.5 ? 0 : 1];
  const pitch = (step: number): number => root * 2 ** ((scale[step % 7] ?? 0) / 12 + Math.floor(step / 7));
  return { random, root, pitch };
}

/** A quiet chord that changes every two seconds. Never silent, never louder than 0.9. */
export function chords(source: SoundSource, seconds: number): Sound {
  const sound = soundOf(seconds);
  const { random, pitch } = keyOf(source);
  for (let start = 0; start < seconds; start += 2) {
    const degree = Math.floor(random() * 6);
    for (const [voice, step] of [0, 2, 4].entries()) {
      const tone = { start, length: 2.6, hertz: pitch(degree + step), attack: 0.25 };
      addTone(sound, { ...tone, loudness: 0.13, place: (voice - 1) * 0.6 });
    }
  }
  return limited(sound);
}

/** A melody, and a low pulse each second. */
export function melody(source: SoundSource, seconds: number): Sound {
  const sound = soundOf(seconds);
  const { root, pitch } = keyOf(source);
  const random = randomFrom('melody', source.prompt, source.seed);
  for (let start = 0; start < seconds; start += 0.25) {
    const beat = Math.round(start / 0.25) % 4 === 0;
    if (beat) addTone(sound, { start, length: 0.3, hertz: root / 2, loudness: 0.3, place: 0, attack: 0.005 });
    if (random() < 0.35) continue;
    const hertz = pitch(7 + Math.floor(random() * 9));
    addTone(sound, { start, length: 0.5, hertz, loudness: 0.16, place: random() * 1.2 - 0.6, attack: 0.01 });
  }
  return limited(sound);
}

/** Four syllables in a second, as a voice would speak: its pitch is 90 to 260 Hz by its name. */
export function syllables(source: SoundSource & { readonly voice: string }, seconds: number): Sound {
  const sound = soundOf(seconds);
  const hertz = 90 + 170 * randomFrom('voice', source.voice)();
  const random = randomFrom('speech', source.prompt, source.seed);
  for (let start = 0.1; start < seconds; start += 0.25) {
    if (random() < 0.15) continue;
    const tone = { start, length: 0.12 + random() * 0.1, attack: 0.02, place: 0 };
    const spoken = hertz * (0.94 + random() * 0.12);
    // A vowel is its pitch and two peaks among the overtones.
    const [open = 3, bright = 8] = vowels[Math.floor(random() * vowels.length)] ?? [];
    for (const [overtone, loudness] of [
      [1, 0.3],
      [open, 0.2],
      [bright, 0.1],
    ] as const) {
      addTone(sound, { ...tone, hertz: spoken * overtone, loudness });
    }
  }
  return limited(sound);
}

/** Two bursts of noise in a second, like steps in gravel. */
export function effects(source: SoundSource, seconds: number): Sound {
  const sound = soundOf(seconds);
  const random = randomFrom('effects', source.prompt, source.seed);
  for (let start = 0.05; start < seconds; start += 0.5) {
    const first = Math.round(start * sampleRate);
    const samples = Math.min(Math.round(0.18 * sampleRate), sound.length / 2 - first);
    for (let index = 0; index < samples; index += 1) {
      const value = (random() - 0.5) * 0.8 * (1 - index / samples) ** 2;
      sound[(first + index) * 2] = value;
      sound[(first + index) * 2 + 1] = value;
    }
  }
  return limited(sound);
}

/** Mixes parts, each from its start in seconds, over `base`. What passes the end is cut. */
export function mixed(base: Sound, parts: readonly { sound: Sound; start: number; loudness: number }[]): Sound {
  const out = base.slice();
  for (const { sound, start, loudness } of parts) {
    const offset = Math.round(start * sampleRate) * 2;
    const length = Math.min(sound.length, out.length - offset);
    for (let index = 0; index < length; index += 1) {
      out[offset + index] = (out[offset + index] ?? 0) + (sound[index] ?? 0) * loudness;
    }
  }
  return limited(out);
}

/** Silence of this length. */
export const silence = soundOf;

function limited(sound: Sound): Sound {
  let peak = 0;
  for (const sample of sound) peak = Math.max(peak, Math.abs(sample));
  if (peak > 0.9)
    for (let index = 0; index < sound.length; index += 1) sound[index] = ((sound[index] ?? 0) * 0.9) / peak;
  return sound;
}
