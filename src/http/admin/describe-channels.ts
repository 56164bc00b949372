import { z } from 'zod';
import type { ParameterDescription, RouteDescription } from '../../application/route-description.ts';
import {
  channelAnswer,
  channelCreate,
  channelList,
  channelTest,
  channelUpdate,
  credentialsReplace,
} from './channel-schemas.ts';
import { describeAdmin } from './describe-admin.ts';

const CHANNEL: readonly ParameterDescription[] = [
  { in: 'path', name: 'channel', description: 'The name of a channel.', schema: z.string() },
];

export const CHANNEL_ROUTES: readonly RouteDescription[] = [
  describeAdmin({
    method: 'get',
    path: '/channels',
    operationId: 'listChannels',
    summary: 'The ways to vendors, those of configurations and of the sandbox too',
    answer: channelList,
  }),
  describeAdmin({
    method: 'post',
    path: '/channels',
    operationId: 'createChannel',
    summary: 'Make a channel to a vendor',
    description: 'It is used at once, spends the money of its account, and stays until it is drained.',
    body: channelCreate,
    example: { name: 'vidu-eu', provider: 'vidu', credentials: 'vda_…' },
    answer: channelAnswer,
    refusals: ['conflicting_inputs', 'conflict'],
  }),
  describeAdmin({
    method: 'get',
    path: '/channels/{channel}',
    operationId: 'getChannel',
    summary: 'A channel',
    parameters: CHANNEL,
    answer: channelAnswer,
    refusals: ['not_found'],
  }),
  describeAdmin({
    method: 'patch',
    path: '/channels/{channel}',
    operationId: 'updateChannel',
    summary: 'Change origins, settings or concurrency of a channel',
    description: 'Only of one that was made here. Work that runs keeps the origins and settings it was made with.',
    parameters: CHANNEL,
    body: channelUpdate,
    example: { concurrency: 20 },
    answer: channelAnswer,
    refusals: ['conflicting_inputs', 'not_found', 'conflict'],
  }),
  describeAdmin({
    method: 'post',
    path: '/channels/{channel}/credentials',
    operationId: 'replaceCredentials',
    summary: 'Replace the credentials of a channel',
    description: 'Without a restart. Work that runs is followed to its end with those it was made with.',
    parameters: CHANNEL,
    body: credentialsReplace,
    example: { credentials: 'vda_…' },
    answer: channelAnswer,
    refusals: ['not_found', 'conflict'],
  }),
  describeAdmin({
    method: 'post',
    path: '/channels/{channel}/drain',
    operationId: 'drainChannel',
    summary: 'Give a channel nothing new',
    description: 'What runs on it is followed to its end. It stays so, also when gateways start again.',
    parameters: CHANNEL,
    answer: channelAnswer,
    refusals: ['not_found'],
  }),
  describeAdmin({
    method: 'post',
    path: '/channels/{channel}/open',
    operationId: 'openChannel',
    summary: 'Use a drained channel again',
    description: 'One of a configuration is used as soon as a running gateway has it.',
    parameters: CHANNEL,
    answer: channelAnswer,
    refusals: ['not_found'],
  }),
  describeAdmin({
    method: 'post',
    path: '/channels/{channel}/test',
    operationId: 'testChannel',
    summary: 'Ask the vendor whether it takes the credentials; spends nothing',
    description: 'Vidu is asked for its credits, Ark for a list of tasks, Google for a token.',
    parameters: CHANNEL,
    answer: channelTest,
    refusals: ['not_found'],
  }),
];
