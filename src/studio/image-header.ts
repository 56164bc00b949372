/** Width and height of an image as stored, from its header alone: a canvas would first allocate what the header claims. */
export function imageSize(file: Buffer): { width: number; height: number } | undefined {
  if (file.length < 30) return undefined;
  if (file.readUInt32BE(0) === 0x89504e47) return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
  const start = file.toString('latin1', 0, 4);
  if (start === 'GIF8') return { width: file.readUInt16LE(6), height: file.readUInt16LE(8) };
  if (start.startsWith('BM')) return { width: Math.abs(file.readInt32LE(18)), height: Math.abs(file.readInt32LE(22)) };
  if (start === 'RIFF' && file.toString('latin1', 8, 12) === 'WEBP') return webpSize(file);
  return file.readUInt16BE(0) === 0xffd8 ? jpegSize(file) : undefined;
}

function webpSize(file: Buffer): { width: number; height: number } | undefined {
  switch (file.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: file.readUIntLE(24, 3) + 1, height: file.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = file.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: file.readUInt16LE(26) & 0x3fff, height: file.readUInt16LE(28) & 0x3fff };
    default:
      return undefined;
  }
}

/** Start-of-frame markers: C0 to CF but for tables (C4, CC) and the extension (C8). */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegSize(file: Buffer): { width: number; height: number } | undefined {
  for (let at = 2; at + 9 <= file.length; ) {
    if (file[at] !== 0xff) return undefined;
    const marker = file[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker)) return { width: file.readUInt16BE(at + 7), height: file.readUInt16BE(at + 5) };
    at += 2 + Math.max(2, file.readUInt16BE(at + 2));
  }
  return undefined;
}
