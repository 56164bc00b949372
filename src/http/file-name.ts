const MOST_CHARS = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** The name that a caller's form gave a file: without folders and control characters, 255 characters at most. */
export function tidyFileName(given: string | undefined): string {
  const last = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(CONTROL, '').trim();
  const name = [...clean].slice(0, MOST_CHARS).join('');
  return /^\.*$/.test(name) ? 'file' : name;
}

/** `inline` with a name, in the two spellings of RFC 6266. */
export function inlineNamed(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return plain === name ? `inline; filename="${plain}"` : `inline; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
