// When bodies go out by themselves.
import { describe, expect, test } from 'vitest';
import type { Level } from '../../src/core/types.js';
import { createRig, delivered, numbers, retry, times } from './flusherRig.js';
import { promisesSettled } from './manualTimers.js';

describe('a line', () => {
  test('goes out after everyMs', async () => {
    const { timers, requests, log } = createRig();
    log();
    await timers.advance(20_000);
    expect(times(requests)).toEqual([5_000]);
  });

  test('takes along what was logged meanwhile', async () => {
    const { timers, requests, log } = createRig();
    log();
    await timers.advance(3_000);
    log();
    await timers.advance(20_000);
    expect(numbers(requests)).toEqual([[1, 2]]);
  });

  test.each<Level>(['error', 'fatal'])('of level %s goes out soon, with all that waits', async (level) => {
    const { timers, requests, log } = createRig();
    log();
    await timers.advance(1_000);
    log(level);
    await timers.advance(20_000);
    expect([numbers(requests), times(requests)]).toEqual([[[1, 2]], [1_050]]);
  });

  test('of a storm of errors does not go out alone', async () => {
    const { timers, requests, log } = createRig();
    for (let i = 0; i < 5; i++) {
      log('error');
      await timers.advance(5);
    }
    await timers.advance(20_000);
    expect(numbers(requests)).toEqual([[1, 2, 3, 4, 5]]);
  });

  test('goes out at once when a body is full', async () => {
    const { timers, requests, log } = createRig();
    for (let i = 0; i < 10; i++) log();
    await timers.advance(0);
    expect(times(requests)[0]).toBe(0);
  });

  test('goes out after everyMs, also of more days than a timer takes', async () => {
    const { timers, requests, log } = createRig(delivered, { everyMs: 1e12 });
    log();
    await timers.advance(2 ** 31 - 2);
    expect(requests).toEqual([]);
  });

  test('goes out at everyMs 0 at once', async () => {
    const { timers, requests, log } = createRig(delivered, { everyMs: 0 });
    log();
    await timers.advance(0);
    expect(times(requests)).toEqual([0]);
  });
});

test('an idle flusher sets no timer: nothing is sent where nothing is logged', async () => {
  const { timers, requests } = createRig();
  await timers.advance(3_600_000);
  expect(requests).toEqual([]);
});

describe('a failed body', () => {
  test('is tried again when its back-off is over', async () => {
    const { timers, requests, log } = createRig(retry);
    log();
    await timers.advance(13_000);
    expect(times(requests)).toEqual([5_000, 6_000, 8_000, 12_000]);
  });

  test('is not tried again sooner because of new lines, errors or full bodies', async () => {
    const { timers, requests, log } = createRig({ kind: 'retry', why: 'status 429', afterMs: 60_000 });
    log();
    await timers.advance(5_000);
    log('error');
    for (let i = 0; i < 20; i++) log();
    await timers.advance(59_999);
    expect(requests).toHaveLength(1);
  });

  test('is tried again when the clock has been set back meanwhile', async () => {
    const { timers, requests, log } = createRig(retry);
    log();
    await timers.advance(5_000);
    timers.setClock(-24 * 3_600_000);
    await timers.advance(60_000);
    expect(requests.length).toBeGreaterThan(1);
  });
});

describe('stop', () => {
  test('ends the timers: nothing is sent any more', async () => {
    const { timers, flusher, requests, log } = createRig();
    log();
    flusher.stop();
    log('error');
    await timers.advance(3_600_000);
    expect(requests).toEqual([]);
  });

  test('lets the request under way come to its end', async () => {
    const { flusher, requests, buffer, log } = createRig('never');
    log();
    flusher.flush();
    flusher.stop();
    requests[0]!.answer(delivered);
    await promisesSettled();
    expect(buffer.pending()).toEqual([]);
  });
});

test('a defect while sending is told as trouble, and does not end the flusher', async () => {
  const { delivery, flusher, troubles, requests, log } = createRig();
  const { sendNext } = delivery;
  delivery.sendNext = () => Promise.reject(new Error('defect'));
  log();
  flusher.flush();
  await promisesSettled();
  delivery.sendNext = sendNext;
  flusher.flush();
  await promisesSettled();
  expect([troubles, numbers(requests)]).toEqual([['flush'], [[1]]]);
});
