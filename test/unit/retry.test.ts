// How long to wait before the next try.
import { expect, test } from 'vitest';
import { backoffMs, deniedMs } from '../../src/core/retry.js';

const minutes = 60_000;
const hours = 60 * minutes;
const almostOne = (): number => 1;

test.each([
  [1, 1_000],
  [2, 2_000],
  [3, 4_000],
  [9, 256_000],
  [10, 5 * minutes],
  [1_000, 5 * minutes],
])('after %d failures waits at most %d ms', (failures, mostMs) => {
  expect(backoffMs(failures, almostOne)).toBe(mostMs);
});

test('waits for any part of the back-off, so that pages that failed together do not come back together', () => {
  expect([0, 0.25, 0.5].map((chance) => backoffMs(3, () => chance))).toEqual([0, 1_000, 2_000]);
});

test.each([
  [1, 15 * minutes],
  [2, 30 * minutes],
  [3, 1 * hours],
  [5, 4 * hours],
  [6, 6 * hours],
  [1_000, 6 * hours],
])('after %d denials waits for %d ms', (denials, ms) => {
  expect(deniedMs(denials)).toBe(ms);
});
