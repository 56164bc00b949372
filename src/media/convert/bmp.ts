import type { RawPicture } from './raw-picture.ts';

const UNCOMPRESSED = 0;
const BIT_FIELDS = 3;

/**
 * Decodes what nearly every BMP is: uncompressed, with 8 (palette), 24 or 32 bits per pixel. Throws on anything else,
 * and on a file that is shorter than it claims.
 */
export function decodeBmp(bytes: Buffer, mostPixels: number): RawPicture {
  const [start, headerBytes] = [bytes.readUInt32LE(10), bytes.readUInt32LE(14)];
  const [width, signedHeight] = [bytes.readInt32LE(18), bytes.readInt32LE(22)];
  const height = Math.abs(signedHeight);
  const [bits, compression] = [bytes.readUInt16LE(28), bytes.readUInt32LE(30)];
  if (headerBytes < 40 || width <= 0 || height === 0 || width * height > mostPixels) throw new Error('no such picture');
  checkCoding(bytes, { bits, compression });
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (start + rowBytes * height > bytes.length) throw new Error('cut off');
  const palette = 14 + headerBytes;
  const data = Buffer.allocUnsafe(width * height * 3);
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    // Rows stand bottom up, unless the height is negative.
    let from = start + rowBytes * (signedHeight > 0 ? height - 1 - row : row);
    for (let column = 0; column < width; column += 1, from += bits / 8) {
      const at = bits === 8 ? palette + bytes.readUInt8(from) * 4 : from;
      data[to++] = bytes.readUInt8(at + 2);
      data[to++] = bytes.readUInt8(at + 1);
      data[to++] = bytes.readUInt8(at);
    }
  }
  return { data, width, height, channels: 3 };
}

function checkCoding(bytes: Buffer, { bits, compression }: { readonly bits: number; readonly compression: number }) {
  if (bits !== 8 && bits !== 24 && bits !== 32) throw new Error('an unusual depth');
  if (compression === UNCOMPRESSED) return;
  if (compression !== BIT_FIELDS || bits !== 32 || bytes.readUInt32LE(54) !== 0xff0000)
    throw new Error('compressed, or an unusual order of colours');
}
