import { begin } from './begin.ts';
import { keysPath } from './bootstrap.ts';
import { readConfig } from './config.ts';
import type { Gateway } from './gateway.ts';

/** Serves until SIGTERM or Ctrl-C. Exits 0 after a drain, 1 when it could not start. */
export async function serve(): Promise<void> {
  // Before anything slow: a signal during start-up ends it, and what was started is closed.
  let gateway: Gateway | undefined;
  let forget = async (): Promise<void> => {};
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    // Never later than ten seconds: what is not handed back by then comes back by its lease.
    setTimeout(() => process.exit(0), LAST_RESORT_MILLISECONDS).unref();
    if (gateway) void close(gateway, forget);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    const config = await readConfig(process.env, process.cwd());
    const begun = await begin(config);
    // Loaded while the database is made or started: each takes a second of a core.
    const [{ startGateway }, { recordServer }] = await Promise.all([
      import('./gateway.ts'),
      import('./server-record.ts'),
    ]);
    const started = await startGateway(config, begun);
    // Only commands look for the record: a gateway without one serves as well.
    if (!stopping) forget = await recordServer(config.dataFolder, started.url).catch(() => forget);
    gateway = started;
    if (stopping) return await close(gateway, forget);
    process.stdout.write(banner(gateway, keysPath(config)));
  } catch (error) {
    const { explain } = await import('./explain.ts');
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
}

const LAST_RESORT_MILLISECONDS = 9500;

async function close(gateway: Gateway, forget: () => Promise<void>): Promise<void> {
  // First: who looks for a server must not find one that is leaving.
  await forget().catch(() => {});
  await gateway.close();
  process.exit(0);
}

function banner({ url, liveChannels, sandbox }: Gateway, keys: string): string {
  const live =
    liveChannels.length > 0
      ? `Live keys spend real money through: ${liveChannels.join(', ')}.`
      : 'No vendor key is set: live keys are answered 503 no_channel.';
  const { availability } = sandbox.studio;
  const lines = [
    `Onereel serves at ${url}`,
    live,
    availability.available
      ? 'Test keys render sandbox videos here and cost nothing.'
      : `Test keys cannot render videos here: ${availability.reason} ${availability.fix}`,
    `Keys are in ${keys} (readable by you alone). Try it:`,
    '',
    `  KEY=$(sed -n 's/.*"test": "\\(.*\\)".*/\\1/p' ${quoted(keys)})`,
    `  curl -s ${url}/v1/video/generations -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\`,
    `    -d '{"model": "viduq3t-720p", "prompt": "a fox in the snow", "duration": 5}'`,
    '',
    `Then ask GET ${url}/v1/video/generations/{id} with the same key for video_url.`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}

/** Safe to paste into a shell. */
const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
