import type { VideoFrame } from 'node-webcodecs';
import { type Picture, picture, planesOf } from './i420.ts';

/**
 * Copies a decoded frame to a picture and closes it. An odd last row or column is left out. Rejects for pixel formats that
 * cannot be read.
 *
 * The library converts only the formats that it has a name for; any other (10 bits, JPEG range) it calls I420 and would
 * convert to noise. Those are copied as they are, and what they are is seen from the room that they need.
 */
export async function pictureFromFrame(frame: VideoFrame): Promise<Picture> {
  const width = frame.codedWidth & ~1;
  const height = frame.codedHeight & ~1;
  try {
    if (width === 0 || height === 0) throw new Error('The pictures are too small.');
    if (frame.format === 'I420') return await planarPicture(frame);
    const out = picture(width, height);
    await frame.copyTo(out.data, { format: 'I420', rect: { x: 0, y: 0, width, height } });
    return out;
  } finally {
    frame.close();
  }
}

async function planarPicture(frame: VideoFrame): Promise<Picture> {
  const { codedWidth: width, codedHeight: height } = frame;
  const samples = width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
  const narrow = new Uint8Array(samples);
  if (await fits(frame, narrow)) return cropped(narrow, { width, height });
  const wide = new Uint16Array(samples);
  if (!(await fits(frame, wide))) throw new Error('The pictures are in an unknown format.');
  for (let index = 0; index < samples; index += 1) narrow[index] = (wide[index] ?? 0) >> 2; // 10 bits to 8
  return cropped(narrow, { width, height });
}

const fits = (frame: VideoFrame, room: Uint8Array | Uint16Array): Promise<boolean> =>
  frame.copyTo(room).then(
    () => true,
    () => false,
  );

function cropped(data: Uint8Array<ArrayBuffer>, { width, height }: { width: number; height: number }): Picture {
  if (width % 2 === 0 && height % 2 === 0) return picture(width, height, data);
  const out = picture(width & ~1, height & ~1);
  const half = Math.ceil(width / 2);
  let start = 0;
  for (const [index, plane] of planesOf(out).entries()) {
    const stride = index === 0 ? width : half;
    for (let row = 0; row < plane.height; row += 1) {
      const from = start + row * stride;
      plane.samples.set(data.subarray(from, from + plane.width), row * plane.width);
    }
    start += stride * (index === 0 ? height : Math.ceil(height / 2));
  }
  return out;
}
