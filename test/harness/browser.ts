import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MediaServer } from './media-server.ts';

/** Debian's browser; undefined where it is not installed (`apt-get install chromium`). */
export const chromium: string | undefined = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

/** What a browser says of a video that it played from the middle to the end. Seconds and pixels. */
export interface Played {
  readonly error?: string;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
  /** 4 is HAVE_ENOUGH_DATA. */
  readonly readyState: number;
  readonly ended: boolean;
  readonly pictures: number;
  readonly soundBytes: number;
}

/** Runs inside the page: plays each video from its middle to its end, and asks for an address that tells the result. */
const SCRIPT = `
  const results = [];
  for (const address of ADDRESSES) {
    const video = document.body.appendChild(document.createElement('video'));
    video.muted = true;
    video.src = address;
    const happens = (name) => new Promise((resolve, reject) => {
      video.addEventListener(name, resolve, { once: true });
      video.addEventListener('error', () => reject(new Error(video.error?.message || 'error')), { once: true });
    });
    let error;
    try {
      await happens('canplaythrough');
      video.currentTime = Math.max(0, video.duration - 1.5);
      await happens('seeked');
      const end = happens('ended');
      await video.play();
      await end;
    } catch (problem) { error = String(problem); }
    results.push({
      error, seconds: video.duration, width: video.videoWidth, height: video.videoHeight, readyState: video.readyState,
      ended: video.ended, pictures: video.getVideoPlaybackQuality().totalVideoFrames,
      soundBytes: video.webkitAudioDecodedByteCount,
    });
  }
  await fetch('/report/' + encodeURIComponent(JSON.stringify(results)));
`;

/** Plays videos in a headless browser; the page and its report go through the media server. */
export async function playInBrowser(media: MediaServer, addresses: readonly string[]): Promise<readonly Played[]> {
  if (chromium === undefined) throw new Error('chromium is not installed');
  const profile = await mkdtemp(join(tmpdir(), 'onereel-browser-'));
  const script = SCRIPT.replace('ADDRESSES', () => JSON.stringify(addresses));
  const page = media.put('player.html', {
    mediaType: 'text/html',
    bytes: Buffer.from(`<!doctype html><body><script type="module">${script}</script>`),
  });
  const browser = spawn(
    chromium,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--autoplay-policy=no-user-gesture-required',
      `--user-data-dir=${profile}`,
      page,
    ],
    { stdio: 'ignore', env: { ...process.env, HOME: profile } },
  );
  try {
    return await reportOf(media, 60);
  } finally {
    browser.kill('SIGTERM');
    if (browser.exitCode === null && browser.signalCode === null) await once(browser, 'exit');
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function reportOf(media: MediaServer, withinSeconds: number): Promise<readonly Played[]> {
  const until = performance.now() + withinSeconds * 1000;
  while (performance.now() < until) {
    const report = media.asked.find((name) => name.startsWith('report/'));
    if (report !== undefined) return JSON.parse(decodeURIComponent(report.slice('report/'.length)));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the browser did not report within ${withinSeconds} s`);
}
