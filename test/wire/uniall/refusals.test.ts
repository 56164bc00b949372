import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api } from '../../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../../harness/gateway.ts';
import { type MediaServer, pngOf, startMediaServer } from '../../harness/media-server.ts';
import { rows } from '../../harness/rows.ts';
import { serveInputs } from './input-files.ts';
import type { RefusalCase } from './refusal-case.ts';
import { FIELD_REFUSALS } from './refusal-cases-fields.ts';
import { INPUT_REFUSALS } from './refusal-cases-inputs.ts';
import { MEDIA_REFUSALS } from './refusal-cases-media.ts';
import { SEEDANCE_REFUSALS } from './refusal-cases-seedance.ts';
import { SEEDANCE_CONTENT_REFUSALS } from './refusal-cases-seedance-content.ts';
import { VEO_REFUSALS } from './refusal-cases-veo.ts';
import { VIDU_REFUSALS } from './refusal-cases-vidu.ts';
import { VIDU_OLDER_REFUSALS } from './refusal-cases-vidu-older.ts';
import { VIDU_OPTION_REFUSALS } from './refusal-cases-vidu-options.ts';

let gateway: RunningGateway;
let media: MediaServer;

beforeAll(async () => {
  media = await startMediaServer();
  media.put('picture.png', { mediaType: 'image/png', bytes: pngOf({ width: 640, height: 360 }) });
  serveInputs(media);
  media.put('page.html', { mediaType: 'text/html', bytes: Buffer.from('<p>There is no such picture.</p>') });
  gateway = await startTestGateway({ env: { ONEREEL_FETCH_ALLOW: media.hostPort } });
});

/** Refused before spent: no generation, no money moved, nothing for a vendor. */
afterAll(async () => {
  const [left] = await rows(
    gateway.dataFolder,
    `select (select count(*) from generations)::int as generations, (select count(*) from attempts)::int as attempts,
      (select count(*) from ledger_transactions where kind <> 'grant')::int as bookings`,
  );
  await discard(gateway);
  await media.close();
  expect(left).toEqual({ generations: 0, attempts: 0, bookings: 0 });
});

describe.each([
  ['Vidu', [...VIDU_REFUSALS, ...VIDU_OPTION_REFUSALS, ...VIDU_OLDER_REFUSALS]],
  ['Seedance', [...SEEDANCE_REFUSALS, ...SEEDANCE_CONTENT_REFUSALS]],
  ['Veo', VEO_REFUSALS],
  ['any model', [...FIELD_REFUSALS, ...MEDIA_REFUSALS, ...INPUT_REFUSALS]],
])('%s refuses', (_family, cases) => {
  test.each(cases)('$asks', async ({ body, code, param, message, issues }: RefusalCase) => {
    const ours = (text: string): string => text.replaceAll('{MEDIA}', media.url);
    const sent = ours(JSON.stringify(body));
    const answer = await api(gateway).create(sent);
    expect(answer.body).toEqual({
      error: {
        message: ours(message),
        type: 'invalid_request_error',
        code,
        param,
        request_id: answer.headers.get('x-request-id'),
        ...(issues && { issues: issues.map(([of, kind, text]) => ({ param: of, code: kind, message: ours(text) })) }),
      },
    });
    expect(answer.status).toBe(400);
  });
});
