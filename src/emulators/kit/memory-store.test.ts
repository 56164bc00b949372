import { expect, test } from 'vitest';
import { emulatorStoreContract } from '../../../test/contract/emulator-store.ts';
import { createMemoryStore } from './memory-store.ts';

emulatorStoreContract(async () => createMemoryStore(Date.now));

test('the clock runs at its rate, and jumps', async () => {
  let realMs = 1000;
  const store = createMemoryStore(() => realMs);
  realMs += 100;
  expect(await store.now()).toBe(1100);
  store.setClock?.({ rate: 10 });
  realMs += 100;
  expect(await store.now()).toBe(2100);
  store.setClock?.({ offsetSeconds: 5 });
  expect(await store.now()).toBe(7100);
  store.setClock?.({ rate: 1 });
  realMs += 1;
  expect(await store.now()).toBe(7101);
});
