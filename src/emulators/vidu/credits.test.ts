import { expect, test } from 'vitest';
import { checkRequest } from './check.ts';
import { creditsOf } from './credits.ts';
import type { ViduRoute } from './models.ts';

const prices: [route: ViduRoute, body: string, credits: number][] = [
  ['img2video', 'viduq3-turbo 720p 1', 11],
  ['text2video', 'viduq3-pro 540p 16', 144],
  ['text2video', 'viduq3-pro 1080p 5 off', 60],
  ['img2video', 'viduq3-pro-fast 1080p 4 off', 52],
  ['reference-images', 'viduq3-mix 720p 5', 120],
  ['reference-images', 'viduq3-turbo 540p 5', 20],
  ['reference-images', 'viduq3 1080p 3', 45],
  ['text2video', 'viduq2 540p 8', 24],
  ['text2video', 'viduq2 720p 9', 70],
  ['text2video', 'viduq2 1080p 10', 130],
  ['img2video', 'viduq2-turbo 720p 1', 8],
  ['img2video', 'viduq2-turbo 720p 8', 70],
  ['img2video', 'viduq2-turbo 540p 10', 60],
  ['img2video', 'viduq2-pro 540p 2', 10],
  ['img2video', 'viduq2-pro 1080p 10', 200],
  ['img2video', 'viduq2-pro-fast 720p 10', 26],
  ['img2video', 'viduq2-pro-fast 1080p 10', 52],
  ['reference-images', 'viduq2 1080p 10', 185],
  ['img2video', 'viduq1 1080p 5', 80],
  ['img2video', 'viduq1 1080p 5 off', 40],
  ['img2video', 'vidu2.0 360p 4', 20],
  ['img2video', 'vidu2.0 720p 8', 100],
  ['reference-images', 'vidu2.0 720p 4', 80],
  ['img2video', 'viduq2-pro 720p 1 rec', 25],
  ['img2video', 'viduq2-pro 720p 1 audio', 30],
];

test.for(prices)('%s of %s costs %d credits', ([route, spelled, credits]) => {
  const [model = '', resolution, seconds, extra] = spelled.split(' ');
  const body = {
    model,
    resolution,
    duration: Number(seconds),
    images: ['x'],
    ...(extra === 'off' && { off_peak: true }),
    ...(extra === 'rec' && { is_rec: true }),
    ...(extra === 'audio' && { audio: true }),
  };
  expect(creditsOf(checkRequest(route, body))).toBe(credits);
});
