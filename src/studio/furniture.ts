import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { font, prepareFonts } from './fonts.ts';
import type { Picture } from './i420.ts';
import type { Drawable } from './layers.ts';
import { fill, lay, type Overlay, overlayFrom } from './overlay.ts';
import { breakLines, drawable } from './text-lines.ts';

/** What is written over the picture. */
export interface Words {
  readonly label: string;
  readonly details: string;
  readonly prompt: string;
  readonly watermark?: Watermark;
}

/** A text, or an image in its place. */
interface Watermark {
  readonly text: string;
  readonly position: Corner;
  readonly image?: Drawable;
}
export type Corner = 'top-left' | 'top-right' | 'bottom-right' | 'bottom-left';

/** Header, SANDBOX badge, caption, timecode, progress bar and watermark, drawn once and laid over each frame. */
export interface Furniture {
  /** `opacity` 0 to 1 is for all but the watermark, which stays: it is part of what was asked for. */
  draw(onto: Picture, at: { frame: number; frames: number; fps: number; opacity: number }): void;
  drawWatermark(onto: Picture): void;
}

const amber = 0xf5b83d;
const dark = 'rgba(12, 14, 20, 0.72)';
const even = (length: number): number => 2 * Math.round(length / 2);

/** A picture too small for readable text gets none. */
const leastSide = 120;

/** Draws the furniture of a video of this size. */
export function furniture(words: Words, size: { width: number; height: number }): Furniture {
  if (Math.min(size.width, size.height) < leastSide) return { draw: () => {}, drawWatermark: () => {} };
  prepareFonts(`${words.label}${words.details}${words.prompt}${words.watermark?.text ?? ''}`);
  const layout = layoutFor(size);
  const watermark = words.watermark === undefined ? undefined : watermarkBox(words.watermark, layout);
  const corner = words.watermark?.position;
  const room = (at: Corner): number => (watermark !== undefined && corner === at ? watermark.height + layout.gap : 0);
  const { margin, gap, width, height, bar } = layout;

  const badge = badgeBox(layout);
  const digits = digitBoxes(layout);
  const beside = Math.max(badge.width, corner === 'top-right' ? (watermark?.width ?? 0) : 0);
  const header = headerBox(words, { layout, width: width - 3 * margin - beside });
  const caption = captionBox(words.prompt, layout);
  const bottom = height - bar - margin - Math.max(room('bottom-left'), room('bottom-right'));
  const right = margin + room('top-right');
  const placed: (readonly [Overlay, { x: number; y: number }])[] = [
    [header, { x: margin, y: margin + room('top-left') }],
    [badge, { x: even(width - margin - badge.width), y: right }],
  ];
  if (caption !== undefined) {
    placed.push([caption, { x: even((width - caption.width) / 2), y: even(bottom - caption.height) }]);
  }
  const clock = { x: even(width - margin - digits.width * 8), y: even(right + badge.height + gap) };

  return {
    draw(onto, { frame, frames, fps, opacity }) {
      for (const [overlay, at] of placed) lay(overlay, onto, { opacity, at });
      for (const [index, digit] of Array.from(timecode(frame, fps)).entries()) {
        const overlay = digits.of.get(digit);
        if (overlay !== undefined)
          lay(overlay, onto, { opacity, at: { x: clock.x + index * digits.width, y: clock.y } });
      }
      if (opacity < 0.5) return;
      const done = even((width * (frame + 1)) / frames);
      fill(onto, { x: 0, y: height - bar, width, height: bar, rgb: 0x14171f });
      fill(onto, { x: 0, y: height - bar, width: done, height: bar, rgb: amber });
    },
    drawWatermark(onto) {
      if (watermark === undefined || corner === undefined) return;
      const x = corner.endsWith('left') ? margin : even(width - margin - watermark.width);
      const y = corner.startsWith('top') ? margin : even(height - bar - margin - watermark.height);
      lay(watermark, onto, { opacity: 1, at: { x, y } });
    },
  };
}

/** mm:ss.ff, where ff counts frames within the second. */
function timecode(frame: number, fps: number): string {
  const second = Math.floor(frame / fps);
  const parts = [Math.floor(second / 60), second % 60, Math.floor(frame - second * fps)];
  const [minutes, seconds, rest] = parts.map((part) => String(part).padStart(2, '0'));
  return `${minutes}:${seconds}.${rest}`;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  /** Pixels per unit: a unit is a 720th of the short side. */
  readonly unit: number;
  readonly margin: number;
  readonly gap: number;
  readonly bar: number;
}

function layoutFor({ width, height }: { width: number; height: number }): Layout {
  const unit = Math.min(width, height) / 720;
  const bar = Math.max(2, even(8 * unit));
  return { width, height, unit, margin: even(24 * unit), gap: even(10 * unit), bar };
}

interface Style {
  readonly size: number;
  readonly weight: number;
  readonly colour: string;
}
type Line = Style & { readonly text: string };

/** A rounded box around centred or left-aligned lines. Sizes in pixels. */
function textBox(lines: readonly Line[], box: { padding: number; background: string; centred?: boolean }): Overlay {
  const measure = createCanvas(8, 8).getContext('2d');
  const widths = lines.map((line) => measureText(measure, line));
  const inner = Math.ceil(Math.max(...widths, 1));
  const leading = 1.35;
  const tall = lines.reduce((sum, line) => sum + line.size * leading, 0);
  const width = even(inner + 2 * box.padding + 1);
  const height = even(tall + 1.4 * box.padding);
  const context = createCanvas(width, height).getContext('2d');
  context.fillStyle = box.background;
  context.beginPath();
  context.roundRect(0, 0, width, height, box.padding * 0.7);
  context.fill();
  context.textBaseline = 'alphabetic';
  let top = (height - tall) / 2;
  for (const [index, line] of lines.entries()) {
    context.font = font(line.weight, line.size);
    context.fillStyle = line.colour;
    const x = box.centred === true ? (width - (widths[index] ?? 0)) / 2 : box.padding;
    context.fillText(line.text, x, top + line.size * 1.02);
    top += line.size * leading;
  }
  return overlayFrom(context, { width, height });
}

function measureText(context: SKRSContext2D, { text, weight, size }: Line): number {
  context.font = font(weight, size);
  return context.measureText(text).width;
}

const wrapped = (text: string, style: Style, limit: { width: number; most: number }): Line[] => {
  const context = createCanvas(8, 8).getContext('2d');
  const measure = (part: string): number => measureText(context, { ...style, text: part });
  return breakLines(text, { ...limit, measure }).map((line) => ({ ...style, text: line }));
};

/** A dot shall end a line, not begin the next. */
const unbroken = (text: string): string => text.replaceAll(' · ', '\u00a0· ');

function headerBox(words: Words, { layout, width }: { layout: Layout; width: number }): Overlay {
  const padding = 14 * layout.unit;
  const limit = { width: width - 2 * padding, most: 3 };
  const label: Style = { size: 24 * layout.unit, weight: 650, colour: '#ffffff' };
  const details: Style = { size: 19 * layout.unit, weight: 450, colour: '#c9d1de' };
  const lines = [
    ...wrapped(unbroken(drawable(words.label, 120)), label, limit),
    ...wrapped(unbroken(drawable(words.details, 200)), details, limit),
  ];
  return textBox(lines, { padding, background: dark });
}

function badgeBox({ unit }: Layout): Overlay {
  const line: Line = { text: 'SANDBOX', size: 21 * unit, weight: 800, colour: '#1a1406' };
  return textBox([line], { padding: 12 * unit, background: `#${amber.toString(16)}` });
}

function captionBox(prompt: string, { unit, width, height }: Layout): Overlay | undefined {
  const padding = 20 * unit;
  const style: Style = { size: 30 * unit, weight: 550, colour: '#ffffff' };
  const limit = { width: Math.min(width - 48 * unit, 1150 * unit) - 2 * padding, most: height > width ? 6 : 3 };
  const lines = wrapped(drawable(prompt), style, limit);
  return lines.length === 0 ? undefined : textBox(lines, { padding, background: dark, centred: true });
}

function watermarkBox({ text, image }: Watermark, layout: Layout): Overlay | undefined {
  if (image !== undefined) return imageBox(image, layout);
  const style: Style = { size: 25 * layout.unit, weight: 700, colour: 'rgba(255, 255, 255, 0.92)' };
  const lines = wrapped(drawable(text, 80), style, { width: layout.width / 2 - 2 * layout.margin, most: 2 });
  return lines.length === 0
    ? undefined
    : textBox(lines, { padding: 12 * layout.unit, background: 'rgba(0, 0, 0, 0.42)' });
}

/** The whole image, as large as fits into a fifth of the picture's sides. */
function imageBox(image: Drawable, layout: Layout): Overlay {
  const scale = Math.min(layout.width / 5 / image.width, layout.height / 5 / image.height);
  const width = Math.max(2, even(image.width * scale));
  const height = Math.max(2, even(image.height * scale));
  const context = createCanvas(width, height).getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image.drawable, 0, 0, width, height);
  return overlayFrom(context, { width, height });
}

/** One box per character of a timecode, all of one width so that the digits do not dance. */
function digitBoxes({ unit }: Layout): { width: number; of: ReadonlyMap<string, Overlay> } {
  const size = 23 * unit;
  const width = even(15 * unit);
  const height = even(34 * unit);
  const of = new Map<string, Overlay>();
  for (const digit of '0123456789:.') {
    const context = createCanvas(width, height).getContext('2d');
    context.fillStyle = dark;
    context.fillRect(0, 0, width, height);
    context.font = font(600, size);
    context.fillStyle = '#ffffff';
    context.fillText(digit, (width - context.measureText(digit).width) / 2, height * 0.5 + size * 0.36);
    of.set(digit, overlayFrom(context, { width, height }));
  }
  return { width, of };
}
