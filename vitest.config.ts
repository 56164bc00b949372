import { defineConfig } from 'vitest/config';

/** Tests that start whole processes and wait for them. */
const PROCESSES = ['test/{scenario,wire,contract}/**/*.test.ts', 'src/{postgres/embedded,studio}/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/harness/scratch-folder.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most of the time goes by in processes that are waited for.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['src/**/*.test.ts', 'test/**/*.test.ts'], exclude: PROCESSES },
      },
      {
        extends: true,
        // A machine that stands still for seconds makes one fail now and then; what fails twice is wrong.
        test: { name: 'processes', include: PROCESSES, retry: process.env['CI'] ? 1 : 0 },
      },
    ],
  },
});
