// When an invocation's lines are sent: once it is over, and again where its streams and listeners log after that.
import { passMs, withinMs } from './time.js';
import type { WorkerLogger } from './workerLogger.js';

/** Keeps an invocation alive for work, as `ctx.waitUntil` does. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** Of one invocation, or of all code of which nobody knows to which it belongs. */
export interface Flushing {
  /** Those that were given, and those that have logged. */
  readonly loggers: Set<WorkerLogger>;
  /** Its end, with a flush of all lines until then, is still to come. */
  isOpen: boolean;
  /** What was given to `waitUntil` and not waited for yet. */
  readonly background: Promise<unknown>[];
  /** Milliseconds since 1970: a flush is to come until then. */
  dueAt: number;
  flushedAt: number;
  gapMs: number;
  /** Of the invocation, where it has one. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Whoever logs once waits for this long, so that the lines of one turn leave together. */
const soonMs = 50;
/** A stream that goes on logging flushes ever more seldom, as sub-requests are counted (50 or 1,000 an invocation). */
const longestGapMs = 10_000;
/** Work in `waitUntil` that takes longer gets a flush of its own: the platform ends an invocation after 30 s of it. */
const patienceMs = 10_000;
/** A flush that has not begun by then never will: its invocation was ended. */
const graceMs = 1_000;

export const createFlushing = (
  loggers: Iterable<WorkerLogger>,
  isOpen: boolean,
  waitUntil?: WaitUntil | undefined,
): Flushing => ({
  loggers: new Set(loggers),
  isOpen,
  waitUntil,
  background: [],
  dueAt: 0,
  flushedAt: 0,
  gapMs: soonMs,
});

// What is logged by then, a report of drops too, is in the bodies that this has begun to send when it returns.
const flushAll = ({ loggers }: Flushing): Promise<unknown> =>
  Promise.all([...loggers].map((logger) => logger.flushOnce()));

/** The one flush after an invocation, with what was logged by the work that it left behind. */
export async function flushAtEnd(flushing: Flushing): Promise<void> {
  while (flushing.background.length > 0) {
    const settled = Promise.allSettled(flushing.background.splice(0));
    if (!(await withinMs(patienceMs, settled))) break;
  }
  const sent = flushAll(flushing);
  flushing.isOpen = false;
  await sent;
}

/** A line was logged for which no end of an invocation is to come. */
export function flushLate(flushing: Flushing, waitUntil?: WaitUntil): void {
  const now = Date.now();
  if (now < flushing.dueAt) return;
  const waitMs = Math.max(soonMs, flushing.flushedAt + flushing.gapMs - now);
  flushing.dueAt = now + waitMs + graceMs;
  const sent = passMs(waitMs).then(() => {
    flushing.flushedAt = Date.now();
    flushing.gapMs = Math.min(2 * flushing.gapMs, longestGapMs);
    const under = flushAll(flushing);
    flushing.dueAt = 0;
    return under;
  });
  waitUntil?.(sent);
}
