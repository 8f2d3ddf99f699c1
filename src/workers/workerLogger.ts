// What withTimber and its like need of a logger beyond its public face.
import { coreOf, type LoggerCore } from '../core/logger.js';
import type { Context, Logger } from '../core/types.js';
import type { Invocations } from './invocations.js';

export interface WorkerLogger {
  /** Checks options that wait for an environment; the first call counts. Never throws. */
  configure(env: unknown): void;
  /** The context that its lines carry. */
  context(): Context;
  /** Runs fn, over a base of its own where the logger's context is another copy's. */
  enter<T>(facts: () => object, fn: () => T): T;
  /** Sends one body. Never rejects. */
  flushOnce(): Promise<void>;
  readonly invocations: Invocations;
}

const workerLoggers = new WeakMap<LoggerCore, WorkerLogger>();

export function registerLogger(core: LoggerCore, workerLogger: WorkerLogger): void {
  workerLoggers.set(core, workerLogger);
}

export function workerLoggerOf(logger: Logger): WorkerLogger | undefined {
  const core = coreOf(logger);
  return core && workerLoggers.get(core);
}

/** The context that a logger of this copy carries. */
export const contextOf = (logger: Logger): Context => (workerLoggerOf(logger) as WorkerLogger).context();
