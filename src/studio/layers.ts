import { type Canvas, createCanvas, type Image, type SKRSContext2D } from '@napi-rs/canvas';
import { font, prepareFonts } from './fonts.ts';
import { type Picture, pictureFromRgba } from './i420.ts';
import { randomFrom } from './random.ts';

/** Anything a canvas can draw, with its size. */
export interface Drawable {
  readonly width: number;
  readonly height: number;
  readonly drawable: Image | Canvas;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const pictureFrom = (context: SKRSContext2D, { width, height }: Size): Picture =>
  pictureFromRgba(context.getImageData(0, 0, width, height).data, { width, height });

/** A soft, colourful ground that depends on prompt and seed only. */
export function background(source: { prompt: string; seed: number }, size: Size): Picture {
  const context = createCanvas(size.width, size.height).getContext('2d');
  paintBackground(context, { ...size, random: randomFrom('background', source.prompt, source.seed) });
  return pictureFrom(context, size);
}

interface Ground extends Size {
  readonly random: () => number;
}

function paintBackground(context: SKRSContext2D, { width, height, random }: Ground): void {
  const hue = random() * 360;
  const spread = 40 + random() * 120;
  const base = context.createLinearGradient(0, 0, width * (0.4 + random() * 0.6), height);
  base.addColorStop(0, `hsl(${hue}, 55%, 24%)`);
  base.addColorStop(0.55, `hsl(${hue + spread / 2}, 50%, 34%)`);
  base.addColorStop(1, `hsl(${hue + spread}, 60%, 42%)`);
  context.fillStyle = base;
  context.fillRect(0, 0, width, height);
  for (let index = 0; index < 7; index += 1) {
    const x = random() * width;
    const y = random() * height;
    const radius = Math.min(width, height) * (0.25 + random() * 0.5);
    const glow = context.createRadialGradient(x, y, 0, x, y, radius);
    const tint = hue + (random() - 0.3) * spread * 2;
    glow.addColorStop(0, `hsla(${tint}, 75%, 62%, 0.55)`);
    glow.addColorStop(1, `hsla(${tint}, 75%, 62%, 0)`);
    context.fillStyle = glow;
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  }
  for (let index = 0; index < 26; index += 1) {
    context.fillStyle = `hsla(${hue + random() * spread}, 80%, 80%, ${0.05 + random() * 0.14})`;
    context.beginPath();
    context.arc(random() * width, random() * height, Math.min(width, height) * (0.01 + random() ** 2 * 0.09), 0, 7);
    context.fill();
  }
}

/** An image that fills the picture, centred, with what sticks out cut off. */
export function fitted(image: Drawable, size: Size): Picture {
  const context = createCanvas(size.width, size.height).getContext('2d');
  // Black shows through a transparent image, as with a vendor that keeps no alpha.
  context.fillStyle = '#000000';
  context.fillRect(0, 0, size.width, size.height);
  drawCovering(context, { image, x: 0, y: 0, ...size });
  return pictureFrom(context, size);
}

interface Tile extends Size {
  readonly image: Drawable;
  readonly x: number;
  readonly y: number;
}

function drawCovering(context: SKRSContext2D, { image, x, y, width, height }: Tile): void {
  const scale = Math.max(width / image.width, height / image.height);
  const shown = { width: width / scale, height: height / scale };
  const left = (image.width - shown.width) / 2;
  const top = (image.height - shown.height) / 2;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image.drawable, left, top, shown.width, shown.height, x, y, width, height);
}

/** All references as numbered tiles over the background. */
export function collage(images: readonly Drawable[], source: { prompt: string; seed: number }, size: Size): Picture {
  const context = createCanvas(size.width, size.height).getContext('2d');
  paintBackground(context, { ...size, random: randomFrom('background', source.prompt, source.seed) });
  prepareFonts('');
  const short = Math.min(size.width, size.height);
  const gap = short * 0.025;
  // The furniture keeps the top and the bottom; the tiles lie between.
  const area = {
    x: short * 0.05,
    y: short * 0.16,
    width: size.width - short * 0.1,
    height: size.height - short * 0.36,
  };
  const columns = bestColumns(images, area);
  const rows = Math.ceil(images.length / columns);
  const tile = { width: (area.width + gap) / columns - gap, height: (area.height + gap) / rows - gap };
  for (const [index, image] of images.entries()) {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? images.length - row * columns : columns;
    const indent = ((columns - inRow) * (tile.width + gap)) / 2;
    const x = area.x + indent + (index % columns) * (tile.width + gap);
    drawTile(context, { image, x, y: area.y + row * (tile.height + gap), ...tile, number: index + 1 });
  }
  return pictureFrom(context, size);
}

/** The number of columns that crops the images least. */
function bestColumns(images: readonly Drawable[], area: Size): number {
  const mean = images.reduce((sum, image) => sum + Math.log(image.width / image.height), 0) / images.length;
  let best = { columns: 1, crop: Number.POSITIVE_INFINITY };
  for (let columns = 1; columns <= images.length; columns += 1) {
    const rows = Math.ceil(images.length / columns);
    const crop = Math.abs(Math.log(area.width / columns / (area.height / rows)) - mean);
    if (crop < best.crop) best = { columns, crop };
  }
  return best.columns;
}

function drawTile(context: SKRSContext2D, tile: Tile & { number: number }): void {
  const { x, y, width, height, number } = tile;
  const radius = Math.min(width, height) * 0.05;
  context.save();
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.clip();
  drawCovering(context, tile);
  context.restore();
  context.lineWidth = Math.max(1, radius * 0.15);
  context.strokeStyle = 'rgba(255, 255, 255, 0.75)';
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.stroke();
  const size = Math.min(width, height) * 0.09;
  context.fillStyle = 'rgba(12, 14, 20, 0.72)';
  context.beginPath();
  context.arc(x + size, y + height - size, size * 0.75, 0, 7);
  context.fill();
  context.font = font(700, size * 0.8);
  context.fillStyle = '#ffffff';
  context.fillText(String(number), x + size - context.measureText(String(number)).width / 2, y + height - size * 0.72);
}
