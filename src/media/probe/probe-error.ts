/** empty: no bytes; not_media: something else; unsupported: media of a kind we do not take; truncated: cut off;
 * malformed: contradicts its own format; too_complex: beyond a cap. */
export type ProbeRefusal = 'empty' | 'not_media' | 'unsupported' | 'truncated' | 'malformed' | 'too_complex';

/** Why bytes are not taken for media; the message is a sentence without the file's name. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly refusal: ProbeRefusal;

  constructor(refusal: ProbeRefusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}
