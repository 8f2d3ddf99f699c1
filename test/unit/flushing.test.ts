// When an invocation's lines are sent: once at its end, and ever more seldom after that.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFlushing, type Flushing, flushAtEnd, flushLate } from '../../src/workers/flushing.js';
import type { WorkerLogger } from '../../src/workers/workerLogger.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function createRig() {
  const flushedAt: number[] = [];
  const startedAt = Date.now();
  const logger = { flushOnce: async () => void flushedAt.push(Date.now() - startedAt) } as unknown as WorkerLogger;
  return { flushedAt, flushing: createFlushing([logger], true) };
}

/** Logs a line every 10 ms. */
async function logFor(ms: number, flushing: Flushing, waitUntil?: (work: Promise<unknown>) => void) {
  for (let at = 0; at < ms; at += 10) {
    flushLate(flushing, waitUntil);
    await vi.advanceTimersByTimeAsync(10);
  }
}

test('the end of an invocation is flushed at once', async () => {
  const { flushing, flushedAt } = createRig();
  await flushAtEnd(flushing);
  expect([flushedAt, flushing.isOpen]).toEqual([[0], false]);
});

test('the end waits for what was given to waitUntil, and for what that gave to it', async () => {
  const { flushing, flushedAt } = createRig();
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    flushing.background.push(new Promise((_, reject) => setTimeout(() => reject(new Error('no')), 100)));
  };
  flushing.background.push(work());
  const flushed = flushAtEnd(flushing);
  await vi.advanceTimersByTimeAsync(1_000);
  await flushed;
  expect(flushedAt).toEqual([200]);
});

test('the end waits no more than ten seconds for that', async () => {
  const { flushing, flushedAt } = createRig();
  flushing.background.push(new Promise(() => {}));
  void flushAtEnd(flushing);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(flushedAt).toEqual([10_000]);
  expect(vi.getTimerCount()).toBe(0);
});

test('one late line is sent soon, in one flush with those of the same moment', async () => {
  const { flushing, flushedAt } = createRig();
  flushLate(flushing);
  flushLate(flushing);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(flushedAt).toEqual([50]);
});

test('lines without end are sent ever more seldom, at last every ten seconds', async () => {
  const { flushing, flushedAt } = createRig();
  await logFor(60_000, flushing);
  const gaps = flushedAt.slice(1).map((at, i) => at - flushedAt[i]!);
  expect(flushedAt[0]).toBe(50);
  expect(gaps).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000, 10_000]);
});

test('a late line after a long silence is sent soon again', async () => {
  const { flushing, flushedAt } = createRig();
  await logFor(5_000, flushing);
  await vi.advanceTimersByTimeAsync(60_000);
  flushLate(flushing);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(flushedAt.at(-1)).toBe(65_050);
});

test('the platform is asked to wait for each late flush', async () => {
  const { flushing, flushedAt } = createRig();
  const works: Promise<unknown>[] = [];
  await logFor(200, flushing, (work) => void works.push(work));
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all(works);
  expect(works).toHaveLength(flushedAt.length);
});

test('a flush whose invocation was ended does not keep later lines waiting', async () => {
  const { flushing, flushedAt } = createRig();
  flushLate(flushing);
  vi.clearAllTimers();
  await vi.advanceTimersByTimeAsync(1_100);
  flushLate(flushing);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(flushedAt).toEqual([1_150]);
});
