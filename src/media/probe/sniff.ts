import { ProbeError } from './probe-error.ts';

/** What the first bytes look like. Names and declared content types say nothing. */
export type MediaFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'heif' | 'avi' | 'wav' | 'mp3' | 'isobmff';

/** How many bytes `sniff` wants to see. */
export const sniffBytes = 64;

/** Boxes that old QuickTime files start with instead of `ftyp`. */
const quickTimeStarts = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);
const stillBrands = /^(avif|avis|heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/;
const takes = 'only PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC, MP4, MOV, AVI, M4A, MP3 and WAV are taken';

/** Tells the format by the first bytes; throws ProbeError that says what else it looks like. */
export function sniff(head: Uint8Array): MediaFormat {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'tiff';
  // Two letters say little; the four reserved bytes are 0 in every BMP.
  if (text.startsWith('BM') && text.slice(6, 10) === '\0\0\0\0') return 'bmp';
  if (text.startsWith('ID3') || isMp3Frame(head)) return 'mp3';
  if (text.startsWith('RIFF')) return riff(text.slice(8, 12));
  if (text.slice(4, 8) === 'ftyp') return brand(text.slice(8, 12));
  if (quickTimeStarts.has(text.slice(4, 8))) return 'isobmff';
  throw other(text);
}

/** Sync word, no reserved version, layer III, a real bit rate and sample rate. */
function isMp3Frame(head: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = head;
  const sync = first === 0xff && (second & 0xe0) === 0xe0;
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  const bitRate = third >> 4;
  return sync && version !== 1 && layer === 1 && bitRate !== 0 && bitRate !== 15 && ((third >> 2) & 3) !== 3;
}

function riff(form: string): MediaFormat {
  if (form === 'WEBP') return 'webp';
  if (form === 'WAVE') return 'wav';
  if (form === 'AVI ') return 'avi';
  throw new ProbeError('unsupported', `this is a RIFF file of the form ${name(form)}; ${takes}`);
}

function brand(major: string): MediaFormat {
  return stillBrands.test(major) ? 'heif' : 'isobmff';
}

const otherMedia: readonly (readonly [string, readonly string[]])[] = [
  ['a Matroska or WebM file', ['\x1a\x45\xdf\xa3']],
  ['an Ogg file', ['OggS']],
  ['a FLAC file', ['fLaC']],
  ['a WAV file of more than 4 GiB', ['RF64', 'BW64']],
  ['an FLV file', ['FLV\x01']],
  ['a raw AAC stream', ['\xff\xf0', '\xff\xf1', '\xff\xf8', '\xff\xf9']],
  ['an MPEG-1 or MPEG-2 file', ['\0\0\x01\xba', '\0\0\x01\xb3']],
];
const documents: readonly (readonly [string, RegExp])[] = [
  ['an HTML page', /^<(!doctype html|html|head|body)/i],
  ['an SVG document', /^<svg/i],
  ['an XML or SVG document', /^<[?!a-z]/i],
  ['a JSON document', /^[[{]/],
  ['a PDF document', /^%PDF/],
  ['a ZIP archive', /^PK/],
];

function other(text: string): ProbeError {
  const media = otherMedia.find(([, starts]) => starts.some((start) => text.startsWith(start)));
  if (media !== undefined) return new ProbeError('unsupported', `this is ${media[0]}; ${takes}`);
  const trimmed = text.replace(/^\xef\xbb\xbf/, '').trimStart();
  const document = documents.find(([, start]) => start.test(trimmed));
  return new ProbeError('not_media', `this looks like ${document?.[0] ?? 'no media file known here'}; ${takes}`);
}

/** Letters of a stranger's file, fit for a message. */
function name(letters: string): string {
  return JSON.stringify(letters.replace(/[^\x20-\x7e]/g, '?'));
}
