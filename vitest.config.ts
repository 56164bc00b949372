import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/harness/scratch-folder.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most of the time goes by in processes that are waited for.
    maxWorkers: 3,
  },
});
