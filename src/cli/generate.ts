import { randomUUID } from 'node:crypto';
import { isJsonObject } from '../domain/json.ts';
import { dollars } from '../domain/money.ts';
import type { RemoteGeneration } from './api-client.ts';
import { CliError, EXIT, type ExitCode, usageError } from './cli-error.ts';
import { deliver } from './deliver.ts';
import { nameFrom } from './file-name.ts';
import { findMedia, uploadMedia } from './media-options.ts';
import type { Output } from './output.ts';
import { sayQuote } from './quote.ts';
import { type GenerateOptions, optionOf, requestBody } from './request-body.ts';
import { targetOf } from './save-video.ts';
import { openSession, type Session } from './session.ts';
import type { Settings } from './settings.ts';

export interface Delivery {
  readonly out?: string;
  readonly force?: boolean;
  readonly live?: boolean;
  /** Nothing is made. */
  readonly quote?: boolean;
}

export interface Run {
  readonly settings: Settings;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** `onereel generate`: makes a video and saves it. What the command line alone can refuse is refused before a server is needed. */
export async function generate(
  prompt: string | undefined,
  options: GenerateOptions & Delivery,
  run: Run,
): Promise<ExitCode> {
  const { settings, output, signal } = run;
  const { folder } = settings;
  if (prompt === undefined && noMedia(options))
    throw usageError(
      'Say what the video shows: onereel generate "a fox in the snow". Only --image, --ref or --video work alone.',
    );
  const target = await targetOf(options.out, { name: nameFrom(prompt ?? ''), folder, force: options.force ?? false });
  // Before the rest: a missing file needs no server to be refused.
  const found = await findMedia(options, folder);
  const session = await openSession({ settings, output, signal, live: options.live ?? false });
  const family = await familyOf(options, session);
  const body = requestBody({ prompt, options, family, media: await uploadMedia(found, session) });
  if (options.quote === true) {
    sayQuote(await session.api.quote(body).catch(refuseWithOptionNames), output);
    return EXIT.done;
  }
  const created = await session.api.create(body, randomUUID()).catch(refuseWithOptionNames);
  sayAccepted(created, output);
  return deliver(created, target, session);
}

const noMedia = ({ image, lastImage, ref, video, audio }: GenerateOptions): boolean =>
  [image, lastImage, ref, video, audio].every((media) => media === undefined);

/** Only where it decides the name of a field. */
async function familyOf({ model, ref, video }: GenerateOptions, { api }: Session): Promise<string | undefined> {
  if (ref === undefined && video === undefined) return undefined;
  return (await api.models()).find(({ id }) => id === model)?.family;
}

function sayAccepted({ id, model, mode, cost, warnings }: RemoteGeneration, output: Output): void {
  const quote = cost ? `, quoted ${dollars(cost.quoted_micros)}` : '';
  output.say(`Accepted  ${id} (${model}${mode === undefined ? '' : `, ${mode}`}${quote})`);
  for (const { message } of warnings) output.say(`Warning   ${message}`);
}

function refuseWithOptionNames(error: unknown): never {
  throw withOptionNames(error);
}

/** The server speaks of fields; whoever typed options wants their names. Equal words of several vendors are said once. */
function withOptionNames(error: unknown): unknown {
  if (!(error instanceof CliError)) return error;
  const { issues, param = null } = error.details;
  const all = Array.isArray(issues) ? issues.filter(isJsonObject) : [{ param, message: error.message }];
  const lines = all.map((issue) => {
    const option = typeof issue['param'] === 'string' ? optionOf(issue['param']) : undefined;
    return `${option === undefined ? '' : `${option}: `}${issue['message']}`;
  });
  return new CliError(error.exitCode, [...new Set(lines)].join('\n'), error.details);
}
