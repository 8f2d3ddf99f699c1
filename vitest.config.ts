// One project a kind of test. Unit tests run in parallel; whatever drives a browser or workerd runs a file at a time,
// so that two cores are enough for calm timing.
import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { createClosingLine } from './test/support/closingLine.mjs';

if (!existsSync(new URL('dist/workers.js', import.meta.url))) {
  console.error('There is no dist/ to test: run npm run build first, or npm test, which does.');
  process.exit(1);
}

const seconds = 1_000;

const project = (name: string, groupOrder: number, timeoutMs: number, fileParallelism = false) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    expect: { poll: { timeout: 10 * seconds } },
    fileParallelism,
    sequence: { groupOrder },
  },
});

export default defineConfig({
  test: {
    reporters: ['default', createClosingLine()],
    projects: [
      project('unit', 1, 10 * seconds, true),
      project('workers', 2, 60 * seconds),
      project('browser', 3, 60 * seconds),
      project('demo', 4, 120 * seconds),
      project('package', 5, 120 * seconds),
    ],
  },
});
