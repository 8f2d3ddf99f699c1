// A clock and timers that stand still until a test moves them.
import type { Timers } from '../../src/core/flusher.js';

export interface ManualTimers extends Timers {
  now(): number;
  /** Lets time pass: runs what falls due, in order, and lets promises settle after each. */
  advance(ms: number): Promise<void>;
  /** Somebody sets the clock: no time passes, and timers take no notice. */
  setClock(byMs: number): void;
}

/** Starts in November 2026. */
export function createManualTimers(): ManualTimers {
  const timers = new Map<object, { at: number; fn: () => void }>();
  let elapsed = 0;
  let offset = Date.UTC(2026, 10, 22);

  const nextDue = (until: number) =>
    [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];

  return {
    now: () => offset + elapsed,
    setClock(byMs) {
      offset += byMs;
    },
    set(fn, afterMs) {
      const timer = {};
      timers.set(timer, { at: elapsed + afterMs, fn });
      return timer;
    },
    clear: (timer) => void timers.delete(timer as object),
    async advance(ms) {
      const until = elapsed + ms;
      await promisesSettled();
      for (let due = nextDue(until); due; due = nextDue(until)) {
        const [timer, { at, fn }] = due;
        timers.delete(timer);
        elapsed = Math.max(elapsed, at);
        fn();
        await promisesSettled();
      }
      elapsed = until;
    },
  };
}

/** Resolves when every promise that waits for nothing else has settled: microtasks end before the next task starts. */
export const promisesSettled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
