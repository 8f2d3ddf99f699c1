// A flusher over a real buffer and delivery, and the requests that it made.
import { createDelivery } from '../../src/core/delivery.js';
import { createFlusher, type FlusherOptions } from '../../src/core/flusher.js';
import { createMemoryBuffer } from '../../src/core/memoryBuffer.js';
import type { Level, Outcome, SendOptions } from '../../src/core/types.js';
import { createLine } from './createLine.js';
import { createManualTimers } from './manualTimers.js';

export const delivered: Outcome = { kind: 'delivered' };
export const retry: Outcome = { kind: 'retry', why: 'status 503' };

export interface Request extends SendOptions {
  readonly numbers: number[];
  readonly atMs: number;
  answer(outcome: Outcome): void;
}

/** A flusher over a real buffer and delivery. Requests are answered as told, or by the test. */
export function createRig(answer: Outcome | 'never' = delivered, options: Partial<FlusherOptions> = {}) {
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

export const times = (requests: Request[]): number[] => requests.map(({ atMs }) => atMs);
export const numbers = (requests: Request[]): number[][] => requests.map((request) => request.numbers);
