import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFilm } from '../film.ts';
import type { ReadBackAnswer, ReadBackRequest } from './read-back.ts';

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.once('message', (request: ReadBackRequest) => {
  void readBack(request).then(
    (answer) => process.send?.(answer),
    () => process.kill(process.pid, 'SIGKILL'),
  );
});

async function readBack({ path, wanted, folder }: ReadBackRequest): Promise<ReadBackAnswer> {
  const film = await openFilm(path);
  const all: Uint8Array[] = [];
  let size = { width: 0, height: 0 };
  for await (const { picture } of film.pictures()) {
    all.push(picture.data);
    size = { width: picture.width, height: picture.height };
  }
  for (const [index, at] of wanted.entries()) {
    const data = all.at(at);
    if (data !== undefined) await writeFile(join(folder, `${index}.i420`), data);
  }
  const sound = await film.sound(60);
  if (sound !== undefined) await writeFile(join(folder, 'sound.f32'), new Uint8Array(sound.buffer));
  return { ...size, pictures: all.length };
}
