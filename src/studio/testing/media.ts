import { writeFile } from 'node:fs/promises';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Picture } from '../i420.ts';
import { fitted } from '../layers.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image with a different colour in each quarter and a disc, so that turning or cutting it shows. */
export async function writeImage(
  path: string,
  { width, height, hue = 0, format = 'png' }: Size & { hue?: number; format?: 'png' | 'jpeg' | 'webp' | 'gif' },
): Promise<void> {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  for (const [index, light] of [25, 45, 65, 85].entries()) {
    context.fillStyle = `hsl(${hue + index * 60}, 70%, ${light}%)`;
    context.fillRect(((index % 2) * width) / 2, (Math.floor(index / 2) * height) / 2, width / 2, height / 2);
  }
  context.fillStyle = '#ffffff';
  context.beginPath();
  context.arc(width / 4, height / 4, Math.min(width, height) / 8, 0, 7);
  context.fill();
  const encoders = {
    png: () => canvas.encode('png'),
    jpeg: () => canvas.encode('jpeg', 95),
    webp: () => canvas.encode('webp', 95),
    gif: () => canvas.encode('gif'),
  };
  const file = await encoders[format]();
  await writeFile(path, file);
}

/** The picture that an image becomes when it fills a frame. */
export async function pictureOf(path: string, size: Size): Promise<Picture> {
  const image = await loadImage(path);
  return fitted({ width: image.width, height: image.height, drawable: image }, size);
}

/** A JPEG with an EXIF orientation put behind its start marker. */
export function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  const entry = ['1201', '0300', '01000000', `0${orientation}000000`];
  const exif = ['ffe1', '0022', '457869660000', '49492a0008000000', '0100', ...entry, '00000000'];
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from(exif.join(''), 'hex'), jpeg.subarray(2)]);
}

/** A mono WAV with a sine. */
export function sineWav({ hertz, seconds, rate = 22_050 }: { hertz: number; seconds: number; rate?: number }): Buffer {
  const samples = Math.round(seconds * rate);
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples * 2, 40);
  for (let index = 0; index < samples; index += 1) {
    file.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * hertz * index) / rate)), 44 + index * 2);
  }
  return file;
}

/** 0.6 s of a 1500 Hz sine, mono, 22.05 kHz; made once, because nothing here writes MP3. */
export const sineMp3 = Buffer.from(
  [
    '//MgxAAIMAbSOUEQAm23PwdtAwfB8H6gQBAEDgnB8P1AgGMEAQBDWf5R30+7pTG8MXygPv/zIsQGCnDKrAGCmABkXia/MSAiFdq2CegFAidTII',
    'eCc1Qa2BTaUvF4FTvqBoSnf6n/3jSx//MgxAQI8MZcAcDoAKT2RODACAIKGCoSGN46HyJRmKIaGBoDAYEomyl+r9Lx//wlbBAECP/zIMQHCTjG',
    'SAAHtOQFv1aCEAcwFATjCfNtNVMfI/sUzBABA0VFTuXDlvj//GmZqEB6DgD/8yDECQjoxkwAB3TkgMAJgQCpgqKRjVrJ8w8xzoZiRxdVlUlvzt',
    'rl1vV2DGjjIDJKAgFg//MixAwJsMZAAAe25AUBAUjwTRigA9HOgB2J/g9HjxgLBaVjKIDqbf/mcYTPBQP4sA4HAHD/8yDEDQnwxkAAB7TkNAeM',
    'AMIcwfFLDR4L3PF0MinAgot2kIyx15B1//1VfoHAsiqgGMAw//MgxAwIGMJUAAd05BjBILTHOID+dMTroAEZR+cWeq02Kug0BEhGRwY1MBAoY0',
    'nefXj8Av/zIMQSByDCXAABeuAnxIEFY2mO/K6TOux8UCgSCIBgwAQICYhFgR9OZDwoIxLJASQ7r4f/8yLEHAgoxkwAA3rgDh+QX+X//daMoOq3',
    'LClyTA0DDGZHT5ImDmBQ4kr15pypVyX//dSHwv/zIMQjB2DCXAAHdOQAdYR+2AGA4MmMjaH0B5nMKAomnQy9yIxT4P/+4vMLBUkigsBQIMD/8y',
    'DELAe4wlgAB3TkAPTC2tjdliTdwCg6ezwxyxR3u//9UMeQRJkpzFrgEBqYTIRxqEgj//MgxDQH+MZUAAdy5ITuHlqLTHH7ldTa//wruoHA4pe0',
    'FDqAAwMUZ1PG1iP2swhEh2GOXP/zIsQ7B6jCVAAHtOQ/LLfK//+tAocCKYSRIEAUwJCoxOhs7YSw+IQEEqV2quVnKv/W6CAx//MgxEQH4MZUAA',
    'dy5AgBpOLxQhCAQzCwDKNbgGkFiAsfjwIr9lkMSvD/52wxcWBbJgCA4P/zIMRLB6DCWAAHcuQCBoCgqDOYGyCxk7EqmqrAkyIgSabDHcgec7X/',
    '/Uy7wCAWLqlyjAH/8yDEUwhAwlAAB7bkwCDAeAvMJUio03RNz4ojKAUBzJZPdpha//1Nv4AgCEq3QUvMBgBg//MixFkJWMZIAAe05MJ8cs1Pw/',
    'j9lwUwDgaljE3/jGfsfFEeEkWAYIAEwABUCi0YHdOZ4Qn/8yDEWwjovlAAB7TlGAQlioJIdWMPvF5Nf4r//c1DJalI5IUBAAmA2AgYSQkppuBP',
    'HwDh//MgxF4IeMJQAAe05MqSBalAkou5Vf//3A4GAMCgGBgPMCAeMMBAMkmgOqlJAwPQQWQeSP/zIMRjCJjGTAADeuByUVLC8AAA8CAf0FPxzx',
    'zyD56s8Owj3BrQE9nIIZQDUtKAJCAPJh7/8yLEZwhIwlQAB7Tk+SH/kXJ8ghOGn/+5gaF8Pt/y4OOKAP//LmoyCP8jCEIQhCET8IQylP/zIMRt',
    'CGjCXAFA6AClJZEiRQIgsGiZq1UIUFBQUd/5BVVMQU1FMy4xMDBVVVVVVVVVVVX/8yDEcg8xRpgBhaAAVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV',
    'VVVVVVVVVVVVVVVVVVVVVV//MgxFwIiLaoycFIAVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVQ==',
  ].join(''),
  'base64',
);
