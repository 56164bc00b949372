import type { z } from 'zod';
import { askVendor, sayVerdict } from '../../application/admin/ask-vendor.ts';
import type { Channel } from '../../application/admin/channel.ts';
import { checkChannel, findProvider } from '../../application/admin/check-channel.ts';
import { refusalOf } from '../../application/refusal.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { ADMIN, type AddRoutes } from './admin-parts.ts';
import {
  type ChannelAnswer,
  channelCreate,
  type channelTest,
  channelUpdate,
  credentialsReplace,
} from './channel-schemas.ts';
import { wholeSeconds } from './fields.ts';
import { readInput } from './read-input.ts';

const PATH = `${ADMIN}/channels`;

interface OfChannel {
  readonly Params: { readonly channel: string };
}

export const channelRoutes: AddRoutes = (app, { channels, providers, upstream, now }, changeOf) => {
  app.get(PATH, async () => ({ object: 'list', data: (await channels.list()).map(showChannel) }));
  app.post(PATH, async (request) => {
    const body = readInput(channelCreate, request.body, 'credentials');
    const provider = findProvider(providers, body.provider);
    const credentials = credentialsOf(body.credentials);
    const { origins = {}, settings = {}, concurrency = provider.concurrency } = changesOf(body);
    checkChannel({ provider, credentials, origins, settings });
    const wish = { name: body.name, provider: provider.id, credentials, origins, settings, concurrency };
    return showChannel(await channels.create(wish, changeOf(request)));
  });
  app.get<OfChannel>(`${PATH}/:channel`, async ({ params }) => showChannel(await channels.find(params.channel)));
  app.patch<OfChannel>(`${PATH}/:channel`, async (request) => {
    const { channel: name } = request.params;
    const changes = changesOf(readInput(channelUpdate, request.body));
    checkChannel({ provider: findProvider(providers, (await channels.find(name)).provider), ...changes });
    return showChannel(await channels.update(name, changes, changeOf(request)));
  });
  app.post<OfChannel>(`${PATH}/:channel/credentials`, async (request) => {
    const { channel: name } = request.params;
    const body = readInput(credentialsReplace, request.body, 'credentials');
    const credentials = credentialsOf(body.credentials);
    checkChannel({ provider: findProvider(providers, (await channels.find(name)).provider), credentials });
    return showChannel(await channels.update(name, { credentials }, changeOf(request)));
  });
  app.post<OfChannel>(`${PATH}/:channel/drain`, async (request) =>
    showChannel(await channels.drain(request.params.channel, changeOf(request))),
  );
  app.post<OfChannel>(`${PATH}/:channel/open`, async (request) =>
    showChannel(await channels.open(request.params.channel, changeOf(request))),
  );
  app.post<OfChannel>(`${PATH}/:channel/test`, async ({ params }): Promise<z.infer<typeof channelTest>> => {
    const channel = await channels.access(params.channel);
    const provider = findProvider(providers, channel.provider);
    const verdict = await askVendor(upstream, { provider, channel, now: now() });
    const { ok, message, fix } = sayVerdict(provider, verdict);
    return {
      object: 'channel_test',
      channel: channel.name,
      ok,
      result: verdict.is,
      message,
      ...(fix !== undefined && { fix }),
    };
  });
};

/** A text is the key of vendors that have one key. */
const credentialsOf = (given: string | Record<string, unknown>): Json =>
  typeof given === 'string' ? { apiKey: given } : jsonObject(given);

/** What came as JSON is JSON. */
const jsonObject = (value: Record<string, unknown>): JsonObject => value as JsonObject; // of a parsed body

interface Changeable {
  readonly origin?: string | undefined;
  readonly origins?: Record<string, string> | undefined;
  readonly settings?: Record<string, unknown> | undefined;
  readonly concurrency?: number | undefined;
}

function changesOf({ origin, origins, settings, concurrency }: Changeable) {
  if (origin !== undefined && origins !== undefined) {
    const message = 'origin and origins are both given; origin stands for all hosts of a vendor, origins names each.';
    throw refusalOf([{ param: 'origin', code: 'conflicting_inputs', message }]);
  }
  const named = origin === undefined ? origins : { '*': origin };
  return {
    ...(named !== undefined && { origins: withoutSlashes(named) }),
    ...(settings !== undefined && { settings: jsonObject(settings) }),
    ...(concurrency !== undefined && { concurrency }),
  };
}

const withoutSlashes = (origins: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(origins).map(([name, origin]) => [name, origin.replace(/\/+$/, '')]));

const showChannel = (channel: Channel): ChannelAnswer => ({
  object: 'channel',
  name: channel.name,
  provider: channel.provider,
  livemode: channel.livemode,
  managed_by: channel.managedBy,
  state: channel.state,
  drained_by_operator: channel.isClosed,
  paused_until: channel.pausedUntil === undefined ? null : wholeSeconds(channel.pausedUntil),
  concurrency: channel.concurrency,
  running: channel.running,
  origins: { ...channel.origins },
  settings: { ...channel.settings },
  version: `ver_${channel.version}`,
  version_at: wholeSeconds(channel.versionAt),
});
