// The flush after an invocation: what waits is sent once, and once more where that failed and there is time for it.
import type { Delivery } from '../core/delivery.js';
import type { Buffer } from '../core/memoryBuffer.js';
import { sendNext } from './sendUntilSettled.js';
import { passMsUnlessEnding } from './time.js';

/**
 * Of the 30 s that `waitUntil` has after the answer (developers.cloudflare.com/workers/runtime-apis/context/#waituntil):
 * work that was given to it comes first, and takes some.
 */
const allowedMs = 18_000;
/** For what a timer is late. */
const graceMs = 1_000;

export interface BackgroundFlushOptions {
  readonly buffer: Buffer;
  readonly delivery: Delivery;
  readonly maxBodyBytes: number;
  now(): number;
  /** Whether one more body is to be sent: what was dropped meanwhile is to be told. */
  owesReport(): boolean;
}

/**
 * A flush sends what waits when it starts, in as many bodies as that takes: one, as a rule. When it fails, one
 * invocation of the isolate waits to try again, for as long as `waitUntil` lets it; the others leave their lines to that
 * one, and are not held open by a collector that is down.
 */
export function createBackgroundFlush(options: BackgroundFlushOptions): () => Promise<void> {
  const { buffer, delivery, maxBodyBytes, now, owesReport } = options;
  // All that invocations know of each other: a time. Whoever waited may have been ended without a word.
  let retryExpectedUntil = 0;

  return async () => {
    const endAt = now() + allowedMs;
    const bodiesWaiting = (): number => Math.max(1, Math.ceil(buffer.waitingBytes / maxBodyBytes));
    let isRetrying = false;
    for (let left = bodiesWaiting(); left > 0; ) {
      const waitMs = delivery.notBefore - now();
      if (waitMs > 0) {
        const leftToAnother = !isRetrying && now() < retryExpectedUntil;
        if (leftToAnother || now() + waitMs >= endAt || buffer.waitingBytes === 0) return;
        isRetrying = true;
        retryExpectedUntil = now() + waitMs + graceMs;
        await passMsUnlessEnding(waitMs);
        left = bodiesWaiting();
      } else {
        const sent = await sendNext(delivery, endAt - now());
        if (!sent || sent === 'idle' || now() >= endAt) return;
        if (sent === 'delivered' && (left > 1 || !owesReport())) left -= 1;
      }
    }
  };
}
