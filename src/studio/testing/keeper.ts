import { openStudio } from '../studio.ts';

/** A program with a warm studio that it never closes. Told "stay", it stays; else it ends when it has nothing to do. */
const [folder = '', behaviour = ''] = process.argv.slice(2);
const studio = openStudio({
  cacheFolder: folder,
  children: 1,
  log: (_event, { pid }) => process.stdout.write(`${pid}\n`),
});
studio.warm();
if (behaviour === 'stay') {
  setInterval(() => {}, 1000);
  const size = { width: 1280, height: 720, fps: 24 };
  void studio.render({ prompt: 'long', seed: 1, seconds: 60, ...size, audio: false, label: 'long' });
}
