// When bodies go out.
import { describe, expect, test } from 'vitest';
import { createDelivery } from '../../src/core/delivery.js';
import { createFlusher, type FlusherOptions } from '../../src/core/flusher.js';
import { createMemoryBuffer } from '../../src/core/memoryBuffer.js';
import type { Level, Outcome, SendOptions } from '../../src/core/types.js';
import { createLine } from './createLine.js';
import { createManualTimers, promisesSettled } from './manualTimers.js';

const delivered: Outcome = { kind: 'delivered' };
const retry: Outcome = { kind: 'retry', why: 'status 503' };

interface Request extends SendOptions {
  readonly numbers: number[];
  readonly atMs: number;
  answer(outcome: Outcome): void;
}

/** A flusher over a real buffer and delivery. Requests are answered as told, or by the test. */
function createRig(answer: Outcome | 'never' = delivered, options: Partial<FlusherOptions> = {}) {
  const timers = createManualTimers();
  const startedAt = timers.now();
  const requests: Request[] = [];
  const troubles: string[] = [];
  const report = (kind: string): void => void troubles.push(kind);
  const { now } = timers;
  let sequence = 0;
  const buffer = createMemoryBuffer({
    maxBytes: 1_000_000,
    maxAgeMs: Number.POSITIVE_INFINITY,
    lostAfterMs: Number.POSITIVE_INFINITY,
    now,
    onSettled: () => {},
  });
  const transport = {
    send: ({ text }: { text: string }, given?: SendOptions) =>
      new Promise<Outcome>((resolve) => {
        const numbers = text.split('\n').map(Number.parseFloat);
        requests.push({ ...given, numbers, atMs: now() - startedAt, answer: resolve });
        if (answer !== 'never') resolve(answer);
      }),
  };
  const delivery = createDelivery({
    buffer,
    transport,
    endpoint: 'https://logs.example',
    maxBodyBytes: 1_000,
    now,
    random: () => 1,
    report,
    beforeBody: () => {},
    onSent: () => {},
    onRetry: () => {},
  });
  const flusher = createFlusher({
    buffer,
    delivery,
    timers,
    now,
    everyMs: 5_000,
    maxBodyBytes: 1_000,
    report,
    ...options,
  });
  function log(level: Level = 'info', bytes = 100): void {
    sequence += 1;
    const line = createLine(sequence, { level, bytes });
    buffer.push(line);
    flusher.wake(line);
  }
  return { timers, buffer, delivery, flusher, requests, troubles, log };
}

const times = (requests: Request[]): number[] => requests.map(({ atMs }) => atMs);
const numbers = (requests: Request[]): number[][] => requests.map((request) => request.numbers);

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

  test('leaves a keepalive request alone: it outlives the page', async () => {
    const { flusher, requests, buffer, log } = createRig('never');
    log();
    flusher.flush({ keepalive: true });
    await promisesSettled();
    flusher.recall();
    expect([requests[0]!.signal.aborted, buffer.waiting().length]).toEqual([false, 0]);
  });

  test('does nothing where nothing is under way', () => {
    expect(() => createRig().flusher.recall()).not.toThrow();
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
