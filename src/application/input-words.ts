import type { Draft } from '../domain/draft.ts';
import type { InputRole, MediaKind } from '../domain/request.ts';

interface Meaning {
  readonly role: InputRole;
  readonly kind: MediaKind;
}

const KINDS: Readonly<Record<MediaKind, string>> = { image: 'image', video: 'video', audio: 'sound' };

/** What an input is, for people: "first frame", "3 reference images". */
export function inputNoun({ role, kind }: Meaning, count = 1): string {
  const noun = role === 'reference' || role === 'source' ? `${role} ${KINDS[kind]}` : role.replace('_', ' ');
  return count === 1 ? noun : `${noun}s`;
}

/** The caller's own name of an input, where its protocol has one. */
export const inputName = ({ vocabulary }: Draft, meaning: Meaning): string =>
  vocabulary?.inputs[`${meaning.role}.${meaning.kind}`] ?? `a ${inputNoun(meaning)}`;

/** `images[3]` belongs to `images`. A path inside a list of parts stays: only the whole of it says which. */
export const fieldOf = (param: string): string => param.replace(/\[\d+\]$/, '');
