import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CliError } from './cli-error.ts';
import { mediaArgument } from './media-argument.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-arguments-'));
  await writeFile(join(folder, 'fox.png'), 'a fox');
  await writeFile(join(folder, 'file_7.png'), 'seven');
  await writeFile(join(folder, 'empty.png'), '');
  await mkdir(join(folder, 'pictures'));
  await writeFile(join(folder, 'huge.mp4'), '');
  await truncate(join(folder, 'huge.mp4'), 200 * 1024 * 1024 + 1);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (value: string) => mediaArgument('--image', value, folder);

test.each(['https://h/a.png', 'HTTP://h/a.png', 'data:image/png;base64,AAAA', 'file_249903618210136112'])(
  '%s goes as it is',
  async (value) => {
    expect(await read(value)).toEqual({ address: value });
  },
);

test('a file is found by its name, its path or its address', async () => {
  const path = join(folder, 'fox.png');
  for (const value of ['fox.png', './fox.png', path, pathToFileURL(path).href])
    expect(await read(value)).toEqual({ file: { option: '--image', value, path, bytes: 5 } });
  expect(await read('file_7.png')).toMatchObject({ file: { bytes: 5 } });
});

test.each([
  ['none.png', '--image: there is no file none.png.'],
  ['pictures', '--image: pictures is a folder.'],
  ['empty.png', '--image: empty.png is empty.'],
  ['/dev/null', '--image: /dev/null is not a file.'],
  ['huge.mp4', '--image: huge.mp4 has 210 MB; a file may have 210 MB. Make it smaller, or give an http(s) URL.'],
  ['ftp://h/a.png', '--image: ftp://h/a.png is neither a file nor an http(s) URL.'],
])('%s is refused before anything is sent', async (value, message) => {
  const error = await read(value).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CliError);
  expect(error).toMatchObject({ exitCode: 2, message });
});
