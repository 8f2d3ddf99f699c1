// Bodies that are asked for: at once, one request at a time, each with its end.
import { describe, expect, test } from 'vitest';
import { createRig, delivered, numbers, retry, times } from './flusherRig.js';
import { promisesSettled } from './manualTimers.js';

describe('flush', () => {
  test('sends at once', async () => {
    const { flusher, requests, log } = createRig();
    log();
    flusher.flush();
    await promisesSettled();
    expect(times(requests)).toEqual([0]);
  });

  test('sends all that waits, a body after the other', async () => {
    const { flusher, requests, log } = createRig();
    for (let i = 0; i < 25; i++) log();
    flusher.flush();
    await promisesSettled();
    expect(requests.map((request) => request.numbers.length)).toEqual([9, 9, 7]);
  });

  test('does not wait for the back-off', async () => {
    const { timers, flusher, requests, log } = createRig(retry);
    log();
    await timers.advance(5_000);
    flusher.flush();
    await promisesSettled();
    expect(times(requests)).toEqual([5_000, 5_000]);
  });

  test('waits for what the collector asked for', async () => {
    const { timers, flusher, requests, log } = createRig({ kind: 'retry', why: 'status 429', afterMs: 60_000 });
    log();
    await timers.advance(5_000);
    flusher.flush();
    await timers.advance(59_999);
    expect(requests).toHaveLength(1);
  });

  test('passes keepalive on', async () => {
    const { flusher, requests, log } = createRig();
    log();
    flusher.flush({ keepalive: true });
    await promisesSettled();
    expect(requests).toMatchObject([{ keepalive: true }]);
  });

  test('while a request is under way sends what came since when it is answered', async () => {
    const { flusher, requests, log } = createRig('never');
    log();
    flusher.flush();
    log();
    flusher.flush();
    requests[0]!.answer(delivered);
    await promisesSettled();
    expect(numbers(requests)).toEqual([[1], [2]]);
  });

  test('with keepalive while a request is under way stays so, whoever asks next', async () => {
    const { flusher, requests, log } = createRig('never');
    log();
    flusher.flush();
    log();
    flusher.flush({ keepalive: true });
    flusher.flush();
    requests[0]!.answer(delivered);
    await promisesSettled();
    expect(requests[1]).toMatchObject({ numbers: [2], keepalive: true });
  });
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'one request is in flight at a time, flush called %d microtasks after an answer',
  async (ticks) => {
    const { flusher, requests, log } = createRig('never');
    for (let i = 0; i < 40; i++) log();
    flusher.flush();
    requests[0]!.answer(delivered);
    for (let i = 0; i < ticks; i++) await Promise.resolve();
    flusher.flush();
    await promisesSettled();
    expect(requests).toHaveLength(2);
  },
);

describe('a request without an answer', () => {
  test('is aborted after 30 seconds', async () => {
    const { timers, flusher, requests, log } = createRig('never');
    log();
    flusher.flush();
    await timers.advance(30_000);
    expect(requests[0]!.signal.aborted).toBe(true);
  });

  test('is not aborted before', async () => {
    const { timers, flusher, requests, log } = createRig('never');
    log();
    flusher.flush();
    await timers.advance(29_999);
    expect(requests[0]!.signal.aborted).toBe(false);
  });

  test('is sent again, also where the transport takes no notice of the signal', async () => {
    const { timers, flusher, requests, log } = createRig('never');
    log();
    flusher.flush();
    await timers.advance(30_000);
    expect(numbers(requests)).toEqual([[1], [1]]);
  });

  test('that is answered in time is not aborted later', async () => {
    const { timers, flusher, requests, log } = createRig();
    log();
    flusher.flush();
    await timers.advance(60_000);
    expect(requests[0]!.signal.aborted).toBe(false);
  });
});

describe('recall', () => {
  test('ends the plain request under way, and lets its lines wait again', async () => {
    const { flusher, requests, buffer, log } = createRig('never');
    log();
    flusher.flush();
    await promisesSettled();
    flusher.recall();
    expect([requests[0]!.signal.aborted, buffer.waiting().length]).toEqual([true, 1]);
  });

  test('does nothing where nothing is under way', () => {
    expect(() => createRig().flusher.recall()).not.toThrow();
  });
});
