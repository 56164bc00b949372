import { rename, writeFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import type { ImageConverter } from './media/convert/converter.ts';
import { type MediaFacts, probeFile } from './media/probe.ts';
import type { RenderSpec, StudioInput } from './studio/spec.ts';
import type { Studio } from './studio/studio.ts';

/** What the studio draws by itself. */
const DRAWN = new Set(['png', 'jpeg', 'webp', 'gif', 'bmp']);

/**
 * A studio that also draws what vendors take and it cannot decode itself: TIFF, AVIF and HEIC are converted, and what
 * cannot be decoded shows as a grey picture of its size.
 */
export function withMorePictures(studio: Studio, converter: ImageConverter): Studio {
  const drawable = (input: StudioInput): Promise<StudioInput> => drawableInput(input, converter);
  return {
    ...studio,
    render: async (spec) => studio.render(await withInputs(spec, drawable)),
  };
}

async function withInputs(spec: RenderSpec, change: (input: StudioInput) => Promise<StudioInput>): Promise<RenderSpec> {
  const { first, last, references } = spec;
  return {
    ...spec,
    ...(first && { first: await change(first) }),
    ...(last && { last: await change(last) }),
    ...(references && { references: await Promise.all(references.map(change)) }),
  };
}

async function drawableInput(input: StudioInput, converter: ImageConverter): Promise<StudioInput> {
  if (input.kind !== 'image') return input;
  const facts = await probeFile(input.path).catch(() => undefined);
  if (facts === undefined || facts.kind !== 'image' || DRAWN.has(facts.format)) return input;
  const to = `${input.path}.png`;
  const wish = { mediaTypes: ['image/png'], maxBytes: 500_000_000 };
  const outcome = await converter.convert({ from: input.path, to, wish });
  if (outcome !== 'done') await writeGrey(to, facts);
  return { kind: 'image', path: to };
}

const MOST_GREY_PIXELS = 40_000_000;

async function writeGrey(path: string, { width, height }: Extract<MediaFacts, { kind: 'image' }>): Promise<void> {
  const shrink = Math.max(1, Math.sqrt((width * height) / MOST_GREY_PIXELS));
  const size = { width: Math.max(1, Math.floor(width / shrink)), height: Math.max(1, Math.floor(height / shrink)) };
  const row = Buffer.alloc(size.width + 1, 0x80);
  row[0] = 0;
  const rows = Buffer.concat(Array.from({ length: size.height }, () => row));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size.width, 0);
  header.writeUInt32BE(size.height, 4);
  header[8] = 8;
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  await writeFile(`${path}.part`, Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]));
  await rename(`${path}.part`, path);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
