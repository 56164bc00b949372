import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAGIC_RESULTS } from '../../scripts/pages/test-mode-page.ts';
import { MAGIC_PROMPTS } from '../../src/emulators/kit/magic.ts';
import { api } from '../harness/api.ts';
import { discard, type RunningGateway, startTestGateway } from '../harness/gateway.ts';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => discard(gateway));

const CASES = ['viduq3t-540p', 'seedance2.0-fast-480p', 'veo3.1-fast-video-720p'].flatMap((model) =>
  MAGIC_PROMPTS.map(({ word, outcome }) => ({ model, word, result: MAGIC_RESULTS[outcome] })),
);

test.concurrent.each(CASES)(
  '$word ends as docs/test-mode.md says: $result ($model)',
  async ({ model, word, result }) => {
    const { create, get, finished } = api(gateway);
    const { body } = await create({ model, prompt: `A fox ${word.toUpperCase()} in the snow`, duration: 4 });
    if (result === 'in_progress') {
      // Longer than a usual generation at this pace; the others of this test run meanwhile.
      await expect.poll(async () => (await get(body.id)).body.duration, { timeout: 20_000 }).toBeGreaterThan(3);
      expect((await get(body.id)).body.status).toBe('in_progress');
      return;
    }
    const { body: ended } = await finished(body.id);
    if (result === 'completed') expect(ended.status).toBe('completed');
    else expect(ended).toMatchObject({ status: 'failed', error: { code: result } });
    expect(ended.cost).toMatchObject({ held_micros: 0, ...(result !== 'completed' && { settled_micros: 0 }) });
  },
);
