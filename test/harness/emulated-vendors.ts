import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanEnvironment } from './gateway.ts';

const ROOT = join(import.meta.dirname, '../..');
const TOKEN = 'control-token-of-the-tests';

/** A generation as the vendor really has it. */
interface VendorTask {
  readonly vendor: 'vidu' | 'ark' | 'vertex';
  readonly id: string;
  /** What we sent along: it names our attempt. */
  readonly tag: string;
  readonly prompt: string;
  readonly polls: number;
  readonly downloads: number;
  readonly state: string;
}

export interface FaultRule {
  readonly vendor?: VendorTask['vendor'];
  readonly operation: 'create' | 'poll' | 'list' | 'cancel' | 'download' | 'token';
  readonly kind: string;
  readonly times?: number;
  readonly seconds?: number;
  readonly share?: number;
  /** Only requests whose body has this text. */
  readonly match?: string;
}

/** What the vendor's storage was asked for, and how much of it was sent. */
interface VendorDownload {
  readonly operation: 'download';
  readonly path: string;
  readonly body: {
    readonly status: number;
    readonly bytes: number;
    readonly range?: string;
    readonly ifRange?: string;
  };
}

/** The emulated vendors in a process of their own: they outlive every gateway. */
export interface EmulatedVendors {
  readonly origin: string;
  truth(): Promise<readonly VendorTask[]>;
  addFaults(rules: readonly FaultRule[]): Promise<void>;
  /** Faults that were not met yet. */
  faults(): Promise<readonly FaultRule[]>;
  clearFaults(): Promise<void>;
  /** Downloads so far, oldest first; what is still being sent is not among them. */
  downloads(): Promise<readonly VendorDownload[]>;
  /** Moves the vendors' clock on. */
  advanceClock(seconds: number): Promise<void>;
  setConcurrency(perAccount: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `onereel emulate` on a free port. Stock clips have the length and size that was asked. */
export async function startEmulatedVendors({
  speed = 20,
  stock = true,
  env = {} as Readonly<Record<string, string>>,
} = {}): Promise<EmulatedVendors> {
  const child = spawn(
    process.execPath,
    ['src/main.ts', 'emulate', '--port', '0', '--speed', String(speed), ...(stock ? ['--stock'] : [])],
    {
      cwd: ROOT,
      env: { ...cleanEnvironment(), ONEREEL_EMULATE_TOKEN: TOKEN, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), once(child, 'exit')]);
  const origin = /http:\/\/\S+/.exec(String(line))?.[0];
  if (origin === undefined) throw new Error(`onereel emulate did not start: ${line}`);
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${origin}/control${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    origin,
    truth: async () => ((await control('GET', '/truth')) as { tasks: readonly VendorTask[] }).tasks,
    addFaults: async (rules) => {
      await control('POST', '/faults', rules);
    },
    faults: async () => ((await control('GET', '/faults')) as { faults: readonly FaultRule[] }).faults,
    clearFaults: async () => {
      await control('DELETE', '/faults');
    },
    downloads: async () =>
      ((await control('GET', '/requests')) as { requests: readonly VendorDownload[] }).requests.filter(
        ({ operation }) => operation === 'download',
      ),
    advanceClock: async (offsetSeconds) => {
      await control('POST', '/clock', { offsetSeconds });
    },
    setConcurrency: async (perAccount) => {
      await control('POST', '/limits', { concurrency: { vidu: perAccount, ark: perAccount } });
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The environment of a gateway whose live channels are these vendors. Writes its onereel.yaml into `folder`. */
export async function liveChannels(
  { origin }: EmulatedVendors,
  { folder, concurrency = 10 }: { readonly folder: string; readonly concurrency?: number },
): Promise<Record<string, string>> {
  const account = {
    type: 'service_account',
    project_id: 'tests',
    client_email: 'tester@tests.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const channel = (provider: string, path: string, credentials: unknown) => ({
    name: `live-${provider}`,
    provider,
    credentials,
    origin: `${origin}/${path}`,
    settings: { usual_seconds: 1 },
    concurrency,
  });
  const channels = [
    channel('vidu', 'vidu', 'vda_live'),
    channel('byteplus', 'ark', '$LIVE_ARK_KEY'),
    channel('vertex', 'vertex', account),
  ];
  const path = join(folder, 'onereel.yaml');
  // JSON is YAML.
  await writeFile(path, JSON.stringify({ channels }));
  return {
    ONEREEL_CONFIG: path,
    ONEREEL_FETCH_ALLOW: new URL(origin).host,
    LIVE_ARK_KEY: 'ark-live',
  };
}
