import { expect, test } from 'vitest';
import { type Delivery, decideDelivery } from '../../src/application/decide-delivery.ts';
import type { KeptInput } from '../../src/application/keep-input.ts';
import type { InputRule } from '../../src/domain/model.ts';

const rule: InputRule = {
  role: 'reference',
  kind: 'image',
  min: 0,
  max: 9,
  as: 'url-or-data',
  mediaTypes: ['image/png'],
  maxBytes: 50_000_000,
};
const ADDRESS = 'https://example.com/a.png';

function kept(bytes: number, address?: string): KeptInput {
  const facts = { kind: 'image', mediaType: 'image/png', bytes, width: 9, height: 9 } as const;
  return {
    draft: { role: 'reference', kind: 'image', url: address ?? 'file_1', param: `images[${bytes}]` },
    facts,
    stored: { id: BigInt(bytes), storageKey: `key${bytes}`, facts },
    ...(address !== undefined && { address }),
    warnings: [],
  };
}

function ways(inputs: readonly KeptInput[], more: Partial<Delivery> & { as?: InputRule['as'] } = {}): unknown {
  const { as = 'url-or-data', ...rest } = more;
  const outcome = decideDelivery(inputs, {
    ruleOf: () => ({ ...rule, as }),
    bodyBytes: 20_000_000,
    otherBytes: 1000,
    hasPublicAddress: false,
    ...rest,
  });
  if ('issues' in outcome) return outcome.issues;
  return outcome.inputs.map(({ source }) => ('url' in source ? source.url : `${source.send} ${source.stored}`));
}

test('what fits goes inside the request', () => {
  expect(ways([kept(5_000_000, ADDRESS), kept(9_000_000)])).toEqual(['inline key5000000', 'inline key9000000']);
  expect(ways([kept(14_998_000)])).toEqual(['inline key14998000']);
});

test('what is too much goes by link, the largest first', () => {
  const inputs = [kept(5_000_000), kept(12_000_000), kept(9_000_000)];
  expect(ways(inputs, { hasPublicAddress: true })).toEqual([
    'inline key5000000',
    'link key12000000',
    'inline key9000000',
  ]);
  expect(ways([kept(30_000_000)], { hasPublicAddress: true })).toEqual(['link key30000000']);
});

test('without a public address of ours the caller’s own is passed on', () => {
  expect(ways([kept(30_000_000, ADDRESS), kept(5_000_000)])).toEqual([ADDRESS, 'inline key5000000']);
  expect(ways([kept(5_000_000, ADDRESS)], { as: 'url' })).toEqual([ADDRESS]);
});

test('a vendor that takes addresses only gets a link rather than the caller’s address', () => {
  expect(ways([kept(5_000_000, ADDRESS)], { as: 'url', hasPublicAddress: true })).toEqual(['link key5000000']);
});

test('what was only looked at is passed on', () => {
  const { stored: _, ...seen } = kept(5_000_000, ADDRESS);
  expect(ways([seen], { as: 'url', hasPublicAddress: true })).toEqual([ADDRESS]);
});

test('what cannot be delivered is refused, and the answer says what to do', () => {
  expect(ways([kept(30_000_000), kept(3)])).toEqual([
    {
      param: 'images[30000000]',
      code: 'input_invalid',
      message:
        'images[30000000] has 30000000 bytes: with it and 1 more inside, the request to the vendor has 40001004 bytes, and at most 20000000 are allowed; send it smaller, give a public URL, or let whoever runs this server set ONEREEL_PUBLIC_URL, so that the vendor can fetch it from here.',
    },
  ]);
  expect(ways([kept(5)], { as: 'url' })).toEqual([
    {
      param: 'images[5]',
      code: 'input_invalid',
      message:
        'images[5] cannot be delivered: the vendor takes a reference image only by a public address, and this server has none; give a public URL, or let whoever runs this server set ONEREEL_PUBLIC_URL, so that the vendor can fetch it from here.',
    },
  ]);
  expect(ways([kept(30_000_000)], { as: 'bytes', hasPublicAddress: true })).toMatchObject([
    { message: expect.stringMatching(/at most 20000000 are allowed; send it smaller\.$/) },
  ]);
});
