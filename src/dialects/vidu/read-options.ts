import type { Named } from '../../domain/draft.ts';
import type { Json } from '../../domain/json.ts';
import { type Fields, readBoolean, readText } from '../kit/read-fields.ts';
import { readPosition, readWebAddress, readWord } from './words.ts';

type Reader = (field: Named<Json>) => Named<Json> | undefined;

const filled: Reader = (field) => {
  const text = readText(field);
  return text.value === '' ? undefined : text;
};

/** The EN page prints `sound-effect_only`. */
const audioType: Reader = (field) => {
  const { value, param } = field;
  return readWord(['all', 'speech_only', 'sound_effect_only'])({
    value: value === 'sound-effect_only' ? 'sound_effect_only' : value,
    param,
  });
};

interface Option {
  readonly read: Reader;
  /** What it is when nothing is said: that value asks for nothing, so any model may be sent it. */
  readonly usual?: Json;
}

/** Vidu's own knobs, of all endpoints; whether a model has them is the catalogue's to say. */
const OPTIONS: Readonly<Record<string, Option>> = {
  style: { read: readWord(['general', 'anime']), usual: 'general' },
  movement_amplitude: { read: readWord(['auto', 'small', 'medium', 'large']), usual: 'auto' },
  bgm: { read: readBoolean, usual: false },
  audio_type: { read: audioType, usual: 'all' },
  voice_id: { read: filled },
  is_rec: { read: readBoolean, usual: false },
  auto_subjects: { read: readBoolean, usual: false },
  watermark: { read: readBoolean, usual: false },
  wm_position: { read: readPosition },
  wm_url: { read: readWebAddress },
  meta_data: { read: filled },
};

/** Of the watermark, these say nothing without it. */
const OF_WATERMARK = ['wm_position', 'wm_url'] as const;

export interface ReadOptions {
  /** What is asked of the model: known options that differ from the usual, and names that are not of this protocol. */
  readonly asked: Readonly<Record<string, Named<unknown>>>;
  /** Every known option as it was given, for the echo. */
  readonly wishes: Readonly<Record<string, Json>>;
}

/** Reads what is left of a body. Throws a Refusal for a value that is none of a known option. */
export function readOptions(fields: Fields, readElsewhere: readonly string[]): ReadOptions {
  const asked: Record<string, Named<unknown>> = {};
  const wishes: Record<string, Json> = {};
  for (const [name, field] of fields) {
    if (readElsewhere.includes(name)) continue;
    const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (!option) {
      Object.defineProperty(asked, name, { value: field, enumerable: true, configurable: true });
      continue;
    }
    const read = option.read(field);
    if (!read) continue;
    wishes[name] = read.value;
    if (read.value !== option.usual) asked[name] = read;
  }
  if (wishes['watermark'] !== true) for (const name of OF_WATERMARK) delete asked[name];
  return { asked, wishes };
}
