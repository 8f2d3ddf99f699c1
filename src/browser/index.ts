// The browser build: contexts over tracked zones, loggers of pages. Importing it installs context tracking and does
// nothing else.
import { type AtEndOfTurn, createContextOver } from '../core/context.js';
import type { Context, Logger, LoggerOptions } from '../core/types.js';
import { createBrowserLogger } from './browserLogger.js';
import { findDefaultContext, leaveDefaultContext } from './defaultContext.js';
import { type Outside, outsideZone } from './scope/outsideZone.js';
import { installTracking } from './scope/zone.js';

export type * from '../core/types.js';

const tracking = installTracking();
// Where nothing is patched, a framework's zones are not ours.
const outside: Outside = tracking.complete ? tracking.outside : (fn) => tracking.outside(() => outsideZone(fn));
const atEndOfTurn: AtEndOfTurn = (fn) => outside(() => queueMicrotask(fn));

/** An independent context: nothing of the shared one is in it, nor the other way round. */
export const createContext = (): Context => createContextOver(tracking.createScope(), atEndOfTurn);

/**
 * The context that all loggers share unless they are given another; the same one for all copies of this package in a
 * page or worker.
 */
export const context: Context = findDefaultContext() ?? leaveDefaultContext(createContext());

/**
 * A logger that buffers its lines, in IndexedDB too, and delivers them to the collector at `endpoint`.
 * @throws TypeError when an option is wrong: it names the option, what was given and what is wanted.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { complete, why } = tracking;
  const untracked = complete ? why : `${why} Contexts are kept in synchronous code only.`;
  return createBrowserLogger(options, { context, outside, atEndOfTurn, untracked });
}
