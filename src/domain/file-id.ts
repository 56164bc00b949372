const MOST = 2n ** 63n - 1n;
const SPELLING = /^file_([0-9]{1,19})$/;

/** How the id of a file stands on the wire, and in the place of an address. */
export const spellFileId = (id: bigint): string => `file_${id}`;

/** Undefined when the text cannot be the id of a file. */
export function parseFileId(text: string): bigint | undefined {
  const digits = SPELLING.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const id = BigInt(digits);
  return id <= MOST && id > 0n ? id : undefined;
}

const ADDRESS = /^https?:\/\/[^/?#]+\/v1\/files\/(file_[0-9]{1,19})\/content$/i;

/** The file that an address may mean: of ours, or of another server that has such addresses. */
export function fileIdInAddress(url: string): bigint | undefined {
  const spelled = url.length < 2000 ? ADDRESS.exec(url)?.[1] : undefined;
  return spelled === undefined ? undefined : parseFileId(spelled);
}
