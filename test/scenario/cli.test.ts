import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { png } from '../../src/media/testing/image-bytes.ts';
import { processIdentity } from '../../src/postgres/embedded/process.ts';
import { command, type EndedCommand } from '../harness/cli.ts';
import { databaseFor } from '../harness/database.ts';
import { discard, type RunningGateway, startTestGateway } from '../harness/gateway.ts';

const CLEAN = /^(?!.*\n {4}at )/s; // no stack

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onereel-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const isVideo = async (name: string): Promise<boolean> =>
  (await readFile(join(folder, name))).subarray(4, 8).toString() === 'ftyp';

describe('with a server that runs', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => discard(gateway));

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    command(args, { cwd: folder, env: { ONEREEL_DATA: gateway.dataFolder, ...env } });
  const run = (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<EndedCommand> =>
    start(args, env).ended;

  test('generate saves a video, in plain lines, with a test key', async () => {
    const { code, stdout, stderr } = await run(['generate', 'a fox', '--duration', '2', '--no-sound', '-o', 'fox.mp4']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Server    ${gateway.url}\nKey       test: `);
    expect(stdout).toMatch(/Accepted {2}task_\d+ \(viduq3t-720p, text, quoted \$0\.11\)\n/);
    expect(stdout).toMatch(
      /completed 100 %\nVideo {5}1280x720, 2 s, 24 fps, silent, .*\nCost {6}\$0\.11 of play money\n/,
    );
    expect(stdout.endsWith(`Saved     ${join(folder, 'fox.mp4')}\n`)).toBe(true);
    expect(stdout).not.toContain('\u001b');
    expect(await isVideo('fox.mp4')).toBe(true);
  });

  test('--quote says what it would cost, and nothing is made', async () => {
    const args = ['generate', 'a fox', '--duration', '5', '--quote'];
    const { code, stdout, stderr } = await run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /\nQuote {5}\$0\.275 at most \(viduq3t-720p, text\)\. Nothing was made\.\n {10}vidu: 55 credits at \$0\.005 \(2026-08-13\) = \$0\.275\n$/,
    );
    const json = await run([...args, '--json', '--model', 'seedance2.0-720p']);
    expect(JSON.parse(json.stdout)).toMatchObject({ object: 'video.quote', held_micros: 760_767 });
    expect(json.stderr).toContain(
      'Quote     $0.760767 at most, $0.756 as a rule (seedance2.0-720p, text). Nothing was made.\n          byteplus: 108681 tokens at $7.00 a million (2026-11-20) = $0.760767\n',
    );
    const refused = await run(['generate', 'x', '--duration', '99', '--quote']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^--duration: duration is 99; viduq3t-720p takes 1 to 16/m);
  });

  test('--json prints one object and nothing else on standard output', async () => {
    const { code, stdout, stderr } = await run(['generate', 'Snow, again', '--json', '--duration', '1']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', file: join(folder, 'snow-again.mp4') });
    expect(stderr).toContain('Saved');
  });

  test('a refused request ends with 2, the server’s words and the option', async () => {
    const { code, stdout, stderr } = await run(['generate', 'x', '--duration', '99', '--json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^--duration: duration is 99; viduq3t-720p takes 1 to 16/m);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'invalid_value', param: 'duration', status: 400 } });
    expect(stderr).toMatch(CLEAN);
  });

  test.each([
    [['generate'], /Say what the video shows/],
    [['generate', 'x', '--nope'], /unknown option '--nope'/],
    [['generate', 'x', '--image', 'none.png'], /^--image: there is no file none.png/],
    [['generate', 'x', '--video', 'none.mp4'], /^--video: there is no file none.mp4/],
    [['generate', 'x', '--ref', '.'], /^--ref: \. is a folder/],
    [['files', 'upload', 'none.mp4'], /^upload: there is no file none.mp4/],
    [['files', 'rm', 'task_1'], /^task_1 is not the id of a file/],
    [['files', 'rm', 'file_1'], /There is no file file_1/],
    [['generate', 'x', '--out', 'none/x.mp4'], /^--out: nothing can be written/],
    [['get', 'task_1'], /There is no generation task_1/],
    [['modles'], /there is no command modles; did you mean models\?/],
  ])('%j ends with 2 and says why', async (args, reason) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
    expect(stderr).toMatch(CLEAN);
  });

  test('local files are uploaded, each once, and used', async () => {
    await writeFile(join(folder, 'dawn.png'), png(640, 360));
    const frames = ['--image', 'dawn.png', '--last-image', join(folder, 'dawn.png'), '--duration', '1'];
    const made = await run(['generate', 'a day', ...frames, '-o', 'day.mp4']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout.match(/^Upload {4}dawn\.png \(.*\) …$/gm)).toHaveLength(1);
    expect(made.stdout).toMatch(/Accepted {2}task_\d+ \(viduq3t-720p, frames,/);
    const longer = await run([
      'generate',
      'and on',
      '--model',
      'veo3.1-video-720p',
      '--video',
      'day.mp4',
      '-o',
      'on.mp4',
    ]);
    expect(longer.stdout).toMatch(/^Upload {4}day\.mp4 \(.*\) …$/m);
    expect(longer).toMatchObject({ code: 0, stderr: '' });
  }, 60_000);

  test('a file that is no medium is refused with the server’s words and the option', async () => {
    await writeFile(join(folder, 'notes.txt'), 'no picture at all');
    const { code, stderr, stdout } = await run(['generate', 'x', '--image', 'notes.txt', '--json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^--image: notes\.txt: file cannot be used: .* Images, videos and sounds are taken\.$/m);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'input_invalid', param: 'file', status: 400 } });
  });

  test('files can be uploaded, listed, used and deleted', async () => {
    await writeFile(join(folder, 'owl.png'), png(640, 480));
    const { data } = JSON.parse((await run(['files', 'upload', 'owl.png', '--json'])).stdout);
    expect(data).toMatchObject([{ id: expect.stringMatching(/^file_\d+$/), filename: 'owl.png' }]);
    expect((await run(['files', 'list'])).stdout).toMatch(
      new RegExp(`^File {6}${data[0].id} {2}owl\\.png, image/png, .*, until \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ$`, 'm'),
    );
    const used = await run(['generate', 'x', '--image', data[0].id, '--duration', '1', '-o', 'owl.mp4']);
    expect(used).toMatchObject({ code: 0, stdout: expect.not.stringContaining('Upload ') });
    expect((await run(['files', 'rm', data[0].id])).stdout).toContain(`Deleted   ${data[0].id}`);
    expect((await run(['files', 'list'])).stdout).not.toContain(data[0].id);
  }, 60_000);

  test('a generation that fails ends with 1 and costs nothing', async () => {
    const { code, stdout, stderr } = await run(['generate', 'boom [test:failed]', '--out', 'boom.mp4']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^task_\d+ failed \(vendor_failed\): /);
    expect(stdout).toContain('Cost      $0.00');
    expect(await readdir(folder)).not.toContain('boom.mp4');
  });

  test('Ctrl-C leaves the generation running, and get picks it up', async () => {
    const running = start(['generate', 'tea [test:slow]', '--duration', '2', '--out', 'tea.mp4']);
    await running.printed(/Accepted/);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    const pickUp = /^Interrupted\. .*\n {2}npx onereel (get task_\d+ --out \S+)\n$/.exec(stderr)?.[1];
    expect(pickUp).toBeDefined();
    expect(await readdir(folder)).not.toContain('tea.mp4');
    expect((await run(pickUp?.split(' ') ?? [])).code).toBe(0);
    expect(await isVideo('tea.mp4')).toBe(true);
  });

  test('another server’s address comes before the data folder, and its key is asked for', async () => {
    const elsewhere = { ONEREEL_DATA: join(folder, 'elsewhere'), ONEREEL_URL: gateway.url };
    const without = await run(['generate', 'x', '--out', 'x.mp4'], elsewhere);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('Set ONEREEL_TEST_KEY') });
    const wrong = await run(['generate', 'x'], { ...elsewhere, ONEREEL_TEST_KEY: `sk-test-${'x'.repeat(24)}` });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('The key is from ONEREEL_TEST_KEY') });
    const right = { ...elsewhere, ONEREEL_TEST_KEY: gateway.keys.test };
    expect(await run(['generate', 'x', '--duration', '1', '--out', 'x.mp4'], right)).toMatchObject({ code: 0 });
  });

  test('models lists what the server has', async () => {
    const { code, stdout } = await run(['models', 'veo3.1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^MODEL .*PRICE\nveo3\.1-video-720p .* \$0\.20–\$0\.40 \/ s\n/);
    expect(stdout).toMatch(/\d of \d+ models\n$/);
    const { data } = JSON.parse((await run(['models', '--json'])).stdout);
    expect(data.map(({ id }: { id: string }) => id)).toContain('viduq3t-720p');
  });

  test('doctor finds all in order', async () => {
    const { code, stdout } = await run(['doctor', '--json'], await databaseFor(gateway.dataFolder));
    expect(JSON.parse(stdout).checks.filter(({ state }: { state: string }) => state !== 'ok')).toEqual([]);
    expect(code).toBe(0);
    expect(stdout).toContain(`runs at ${gateway.url}, process ${gateway.pid}`);
    expect(stdout).toContain('fits this database');
  });
});

describe('without a server', () => {
  const dataFolder = (): string => join(folder, 'data');
  const run = async (args: readonly string[]): Promise<EndedCommand> =>
    command(args, {
      cwd: folder,
      env: { ONEREEL_DATA: dataFolder(), ...(await databaseFor(dataFolder())) },
    }).ended;
  /** On any port: the usual one may be in use where the tests run. */
  const doctor = async (): Promise<EndedCommand> =>
    command(['doctor'], {
      cwd: folder,
      env: { ONEREEL_DATA: dataFolder(), PORT: '0', ...(await databaseFor(dataFolder())) },
    }).ended;

  const recorded = async (): Promise<{ pid: number; url: string }> =>
    JSON.parse(await readFile(join(dataFolder(), 'server.json'), 'utf8'));
  const stop = async (): Promise<void> => {
    const { pid } = await recorded();
    process.kill(pid, 'SIGTERM');
    await gone(pid);
  };
  // Whatever the test came to: no server stays.
  afterAll(() => stop().catch(() => {}));

  test('models answers from the catalogue, and doctor looks, and neither starts anything', async () => {
    expect((await run(['models'])).stdout).toContain('viduq3t-720p');
    expect(await doctor()).toMatchObject({ code: 0, stdout: expect.stringContaining('not running') });
    await expect(stat(dataFolder())).rejects.toThrow('ENOENT');
  });

  test('generate starts one that stays, the next command finds it, and its record ends with it', async () => {
    const first = await run(['generate', 'a start', '--duration', '1']);
    const { pid, url } = await recorded();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain(`Server    ${url}, stays running (stop it: kill ${pid})`);
    expect((await run(['generate', 'a start', '--duration', '1'])).stdout).toContain(`Server    ${url}\n`);
    expect(await isVideo('a-start-2.mp4')).toBe(true);
    await stop();
    expect(await readdir(dataFolder())).not.toContain('server.json');
    expect(await doctor()).toMatchObject({ code: 0, stdout: expect.stringContaining('not running') });
  }, 90_000);

  test('a server that cannot start ends with 3 and what it said', async () => {
    const { code, stderr } = await command(['generate', 'x', '--out', 'never.mp4'], {
      cwd: folder,
      env: { ONEREEL_DATA: join(folder, 'other'), DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' },
    }).ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/The server did not start:\nOnereel cannot start: the database does not let us in/);
    expect(stderr).toMatch(CLEAN);
  });
});

/** A zombie counts as gone: nobody may be there to reap what outlived its parent. */
async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await processIdentity(pid)) === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`process ${pid} does not end`);
}
