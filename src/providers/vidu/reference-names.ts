/** `@Image1` as a word: names that callers give to reference images by their order, from 1 (UniAll: Vidu, mix mode). */
const NAME = /(?<![A-Za-z0-9_])@Image(\d{1,6})(?![A-Za-z0-9_])/g;

/** The numbers of the references that a prompt names, each once, in order of appearance. */
export const namedReferences = (prompt: string): readonly number[] => [
  ...new Set([...prompt.matchAll(NAME)].map((match) => Number(match[1]))),
];
