import type { $ZodIssue } from 'zod/v4/core';
import { type ChannelConfig, ConfigError } from './config.ts';
import type { WantedChannel } from './postgres/channels.ts';
import { PROVIDERS } from './providers/registry.ts';

/** A configured channel, its provider known and its credentials of the right form. Throws ConfigError. */
export function liveChannel(channel: ChannelConfig): WantedChannel {
  const provider = PROVIDERS.find(({ id }) => id === channel.provider);
  if (!provider)
    throw new ConfigError(
      `Channel ${channel.name}: provider is ${JSON.stringify(channel.provider)}; it must be ${PROVIDERS.map(({ id }) => id).join(', ')}.`,
    );
  const credentials = provider.credentials.safeParse(channel.credentials);
  if (!credentials.success) {
    const [first] = credentials.error.issues;
    throw new ConfigError(
      `Channel ${channel.name}: the credentials of ${provider.name} are not usable: ${first?.path.join('.') || 'they'}: ${first?.message}.`,
    );
  }
  const settings = provider.settings.safeParse(channel.settings);
  if (!settings.success) throw new ConfigError(settingsProblem(channel, settings.error.issues));
  return { ...channel, livemode: true, concurrency: channel.concurrency ?? provider.concurrency };
}

/** The place, the value and what is allowed. */
function settingsProblem({ place, settings }: ChannelConfig, [issue]: readonly $ZodIssue[]): string {
  const path = issue?.path ?? [];
  const where = [`${place}.settings`, ...path].join('.');
  if (issue?.code === 'unrecognized_keys') return `${where}.${issue.keys[0]} is no setting; it ${issue.message}.`;
  const value = path.reduce<unknown>((inner, key) => Object(inner)[key], settings);
  return `${where} is ${JSON.stringify(value)}; it ${issue?.message}.`;
}
