import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { billOf } from '../../src/application/bill.ts';
import type { Context } from '../../src/application/context.ts';
import { checkDraft } from '../../src/application/plan-routes.ts';
import { type PricedRoute, priceRoute } from '../../src/application/price-route.ts';
import { buildCatalogue } from '../../src/catalog/catalogue.ts';
import { readConfig } from '../../src/config.ts';
import { parseBody } from '../../src/dialects/uniall/parse-body.ts';
import { dollars } from '../../src/domain/money.ts';
import { refuseOverrides } from '../../src/file-overrides.ts';
import { SHIPPED } from '../../src/shipped.ts';

/** docs/money.md is written by hand; its figures and its file are not. */
const page = await readFile(join(import.meta.dirname, '../../docs/money.md'), 'utf8');
const catalogue = buildCatalogue(SHIPPED.models, SHIPPED.providers);

const RATE = { currency: 'CNY', usd: 0.14, date: '2026-11-20' } as const;
const MARKUP = 1.25;
/** Of the example's video, as its name says. */
const VIDEO_SECONDS = 5;

function routesOf(body: string): readonly PricedRoute[] {
  const { draft } = parseBody(JSON.parse(body), (model) => catalogue.find(model)?.family);
  const { candidates } = checkDraft({ catalogue } as Context, draft); // asks for nothing else
  return candidates.map(({ open, request }) => {
    const inputs = request.inputs.map((input) =>
      input.kind === 'video' ? { ...input, seconds: VIDEO_SECONDS } : input,
    );
    const priced = priceRoute(
      { rate: () => RATE, own: () => undefined },
      { open, request: { ...request, inputs } },
      MARKUP,
    );
    if ('missing' in priced) throw new Error(`no price for ${body}`);
    return priced;
  });
}

const SIGNS = { USD: '$', CNY: '¥' } as const;
const money = (micros: number, currency: keyof typeof SIGNS): string => dollars(micros).replace('$', SIGNS[currency]);

/** The lines of an example, as the page has them. */
function worked(routes: readonly PricedRoute[]): string {
  const lines = routes.flatMap(({ provider, basis, cost, usdPerUnit, holdMicros }) => {
    const { currency, micros, unit, per } = basis.price;
    const unitPrice = `${money(micros, currency)}${per === 1 ? '' : ` / ${per}`}`;
    const bill = money(cost.micros, currency);
    return [
      `${provider.padEnd(10)}${basis.units} ${unit}s x ${short(unitPrice)} = ${bill}`,
      `${' '.repeat(10)}${bill} x ${short(dollars(usdPerUnit * 1e6))} x ${MARKUP} = ${dollars(holdMicros)}`,
    ];
  });
  const held = Math.max(...routes.map(({ holdMicros }) => holdMicros));
  return [...lines, `held      ${dollars(held)}`].join('\n');
}

/** Whole amounts of a price without decimals: ¥28, $1. */
const short = (amount: string): string => amount.replace(/\.00(?=$| )/, '');

const examples = [...page.matchAll(/```json\n(.+?)\n```\n\n```\n(.+?)\n```/gs)].map(([, body = '', lines = '']) => ({
  body,
  lines,
}));

test('there is an example for every kind of vendor', () => {
  const providers = new Set(examples.flatMap(({ body }) => routesOf(body).map(({ provider }) => provider)));
  expect([...providers].sort()).toEqual(['ark', 'vertex', 'vidu', 'vidu-cn']);
});

test.each(examples)('the figures of $body are right', ({ body, lines }) => {
  expect(lines).toBe(worked(routesOf(body)));
});

test('what the text says of a smaller bill is right', () => {
  const example = examples.find(({ body }) => body.includes('viduq2-pro'));
  const [route] = routesOf(example?.body ?? '');
  const provider = SHIPPED.providers.find(({ id }) => id === 'vidu');
  const model = provider?.models.find(({ id }) => id === 'viduq2-pro');
  if (!route || !provider || !model) throw new Error('the example is gone');
  const { cost, priceMicros } = billOf(route, { provider, model, usage: { credits: 100 } });
  expect(cost).toEqual({ currency: 'USD', micros: 500_000 });
  expect(page).toContain(`had it taken 100,\n${dollars(priceMicros)} would be settled`);
  expect(route.basis.inputs).toMatchObject({ clip_credits: 105, audio_credits: 15, is_rec_credits: 10 });
});

test('the file on the page is one that the gateway takes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onereel-money-'));
  try {
    const [, yaml = ''] = /```yaml\n(.+?)```/s.exec(page) ?? [];
    await writeFile(join(folder, 'onereel.yaml'), yaml);
    const { overrides } = await readConfig({}, folder);
    expect(overrides.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'rate CNY',
      'rate CNY',
      'price vidu/viduq3-turbo',
      'price vidu/viduq3-pro',
      'price byteplus/dreamina-seedance-2-0-260128',
      'price vertex/veo-3.1-generate-001',
      'model viduq3t-540p',
      'model our-fox',
    ]);
    refuseOverrides(overrides);
  } finally {
    await rm(folder, { recursive: true });
  }
});
