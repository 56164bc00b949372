import { z } from 'zod';
import { defineProvider, type Provider } from '../../domain/provider.ts';
import { headerSecret } from '../kit/credentials.ts';
import { commonSettings, settingsSchema } from '../kit/settings.ts';
import { arkCheck } from './check.ts';
import { cancel, list, ping, poll } from './follow.ts';
import { BYTEPLUS_IDS, CN_IDS, seedanceModels } from './models.ts';
import { DEFAULT_EXPIRES_AFTER_SECONDS } from './options.ts';
import { type ArkPrices, arkPricing, BYTEPLUS_PRICES, CN_PRICES } from './prices.ts';
import { adjustPrompt } from './prompt-suffixes.ts';
import { submit } from './submit.ts';
import { type ArkOperation, arkOperation } from './wire.ts';

const credentials = z.object({ apiKey: headerSecret });

interface Variant {
  readonly id: string;
  readonly name: string;
  readonly api: string;
  readonly ids: Parameters<typeof seedanceModels>[0];
  readonly prices: ArkPrices;
  /** The newest CN page says jpeg, BytePlus png (open point 2). */
  readonly lastFrameMediaType: string;
}

/** Seedance on Volcengine Ark or BytePlus ModelArk. Same paths and bodies; keys, model ids and prices differ. */
const ark = ({ id, name, api, ids, prices, lastFrameMediaType }: Variant): Provider => {
  const models = seedanceModels(ids);
  return defineProvider<ArkOperation, z.infer<typeof credentials>>({
    id,
    name,
    origins: { api },
    currency: prices.currency,
    // Ark: rate limits of an enterprise account. A smaller account's extra tasks wait in `queued`.
    // Ark: input limits. The whole body.
    bodyBytes: 64_000_000,
    concurrency: 10,
    models,
    settings: settingsSchema(commonSettings(models.map((model) => model.id))),
    check: arkCheck,
    adjustPrompt,
    credentials,
    sign: (request, { apiKey }) => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${apiKey}` },
    }),
    operation: arkOperation,
    submit,
    poll: poll(lastFrameMediaType),
    list,
    // Ark: task endpoints, one list a second and account.
    listPauseSeconds: 1.1,
    cancel,
    // Ark: cancel or delete. On a finished task the same call deletes its record.
    cancelWithinSeconds: 2,
    ping,
    horizonSeconds({ options }) {
      const after = options['execution_expires_after'];
      return typeof after === 'number' ? after : DEFAULT_EXPIRES_AFTER_SECONDS;
    },
    ...arkPricing(prices),
  });
};

export const volcengineArk = ark({
  id: 'ark',
  name: 'Volcengine Ark',
  api: 'https://ark.cn-beijing.volces.com',
  ids: CN_IDS,
  prices: CN_PRICES,
  lastFrameMediaType: 'image/jpeg',
});

export const bytePlus = ark({
  id: 'byteplus',
  name: 'BytePlus ModelArk',
  api: 'https://ark.ap-southeast.bytepluses.com',
  ids: BYTEPLUS_IDS,
  prices: BYTEPLUS_PRICES,
  lastFrameMediaType: 'image/png',
});
