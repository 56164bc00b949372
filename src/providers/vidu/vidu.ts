import { z } from 'zod';
import { defineProvider, type Provider } from '../../domain/provider.ts';
import { headerSecret } from '../kit/credentials.ts';
import { commonSettings, settingsSchema } from '../kit/settings.ts';
import { type ViduRules, viduCheck } from './check.ts';
import { cancel, list, ping, poll } from './follow.ts';
import { viduIgnored } from './ignored.ts';
import { VIDU_MODELS } from './models.ts';
import { viduPricing } from './prices.ts';
import { CN_PRICES, COM_PRICES, type ViduPrices } from './rates.ts';
import { submit } from './submit.ts';
import { type ViduOperation, viduOperation } from './wire.ts';

/** Vidu wants the word `Token`; a reseller's host may want `Bearer`, so a channel can say. */
const credentials = z.object({ apiKey: headerSecret, scheme: z.enum(['Token', 'Bearer']).default('Token') });

const HOUR = 3600;

interface Variant {
  readonly id: string;
  readonly name: string;
  readonly api: string;
  readonly prices: ViduPrices;
  readonly rules: ViduRules;
}

/** Vidu's platform API, on one of its two sites. Same paths and bodies; accounts, keys, credits and prices differ. */
const vidu = ({ id, name, api, prices, rules }: Variant): Provider =>
  defineProvider<ViduOperation, z.infer<typeof credentials>>({
    id,
    name,
    origins: { api },
    currency: prices.currency,
    // Vidu: default per organisation; more are accepted and queue there.
    // Vidu: image rules. The whole POST.
    bodyBytes: 20_000_000,
    concurrency: 5,
    models: VIDU_MODELS,
    settings: settingsSchema(commonSettings(VIDU_MODELS.map((model) => model.id))),
    check: viduCheck(rules),
    ignored: viduIgnored,
    credentials,
    sign: (request, { apiKey, scheme }) => ({
      ...request,
      headers: { ...request.headers, authorization: `${scheme} ${apiKey}` },
    }),
    operation: viduOperation,
    submit,
    poll,
    list,
    cancel,
    ping,
    // Off-peak work is finished or cancelled within 48 h (Vidu: off-peak). For the rest no limit is published: chosen.
    horizonSeconds: (request) => (request.offPeak ? 48 * HOUR : 24 * HOUR),
    ...viduPricing(prices),
  });

export const viduCom = vidu({
  id: 'vidu',
  name: 'Vidu (vidu.com)',
  api: 'https://api.vidu.com',
  prices: COM_PRICES,
  rules: {},
});

/** The CN page of 2026-05 keeps 2000 characters on plain reference images; the newer EN page has 5000. */
export const viduCn = vidu({
  id: 'vidu-cn',
  name: 'Vidu (vidu.cn)',
  api: 'https://api.vidu.cn',
  prices: CN_PRICES,
  rules: { plainReferencesMaxChars: 2000 },
});
