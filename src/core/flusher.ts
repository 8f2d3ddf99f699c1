// When bodies go out, where timers can run: in pages, and wherever a process lives on.
import type { Delivery } from './delivery.js';
import { isUrgent } from './levels.js';
import type { Buffer, Line } from './memoryBuffer.js';
import type { ReportTrouble } from './trouble.js';
import type { SendOptions } from './types.js';

/** setTimeout and clearTimeout, outside of the application's context. */
export interface Timers {
  set(fn: () => void, afterMs: number): unknown;
  clear(timer: unknown): void;
}

export interface FlusherOptions {
  readonly buffer: Buffer;
  readonly delivery: Delivery;
  readonly timers: Timers;
  now(): number;
  readonly everyMs: number;
  readonly maxBodyBytes: number;
  report: ReportTrouble;
}

export interface Flusher {
  /** A line was pushed. */
  wake(line: Line): void;
  /** Sends all that waits, now; back-off is not waited for, what the collector asked for is. */
  flush(options?: SendOptions): void;
  /** Ends the request under way without an answer. Its lines wait again. */
  recall(): void;
  /** Nothing is sent any more. */
  stop(): void;
}

/** Errors go out soon, but not one by one when they come in a storm. */
const soonMs = 50;
/** Timers take no more (html.spec.whatwg.org/#dom-settimeout: a long); beyond it they fire at once. */
export const longestTimerMs = 2 ** 31 - 1;
/** A request that has no answer by then is given up. */
const answerWithinMs = 30_000;

export function createFlusher(options: FlusherOptions): Flusher {
  const { buffer, delivery, timers, now, everyMs, maxBodyBytes, report } = options;
  let timer: unknown;
  let dueAt = Number.POSITIVE_INFINITY;
  let underWay: AbortController | undefined;
  let sending = false;
  let askedAgain: SendOptions | undefined;
  let stopped = false;

  function wakeAt(at: number): void {
    if (stopped || at >= dueAt) return;
    timers.clear(timer);
    dueAt = at;
    timer = timers.set(
      () => {
        dueAt = Number.POSITIVE_INFINITY;
        start();
      },
      Math.min(Math.max(0, at - now()), longestTimerMs),
    );
  }

  async function sendOne(options: SendOptions): Promise<boolean> {
    const controller = new AbortController();
    underWay = controller;
    let timeout: unknown;
    // One's own transport may take no notice of the signal: its lines wait again all the same.
    const givenUp = new Promise<'wait'>((resolve) => {
      timeout = timers.set(() => {
        controller.abort();
        delivery.recall();
        resolve('wait');
      }, answerWithinMs);
    });
    const result = await Promise.race([delivery.sendNext({ ...options, signal: controller.signal }), givenUp]);
    timers.clear(timeout);
    underWay = undefined;
    return result === 'delivered' || result === 'again';
  }

  function start(options: SendOptions = {}): void {
    if (sending) {
      if (!askedAgain?.keepalive) askedAgain = options;
      return;
    }
    sending = true;
    sendAll(options).catch((cause) => {
      underWay = undefined;
      sending = false;
      report('flush', 'A flush failed by a defect of timberlog; its lines are kept.', cause);
    });
  }

  async function sendAll(options: SendOptions): Promise<void> {
    let latest = options;
    let goOn = true;
    while (goOn && !stopped && now() >= delivery.notBefore) {
      goOn = await sendOne(latest);
      if (!goOn || !askedAgain) continue;
      latest = askedAgain; // the page was hidden meanwhile, say: what is left needs keepalive
      askedAgain = undefined;
    }
    sending = false;
    if (askedAgain) {
      const again = askedAgain;
      askedAgain = undefined;
      start(again);
    } else if (buffer.waitingBytes > 0) wakeAt(Math.max(delivery.notBefore, now()));
  }

  return {
    wake(line) {
      if (buffer.waitingBytes >= maxBodyBytes) wakeAt(Math.max(now(), delivery.notBefore));
      else wakeAt(Math.max(now() + (isUrgent(line.level) ? Math.min(soonMs, everyMs) : everyMs), delivery.notBefore));
    },
    flush(options) {
      delivery.hurry();
      start(options);
    },
    recall() {
      if (!underWay) return;
      delivery.recall();
      underWay.abort();
    },
    stop() {
      stopped = true;
      timers.clear(timer);
    },
  };
}
