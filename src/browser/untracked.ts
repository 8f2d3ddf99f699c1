// The browser build for pages that nothing may patch: contexts hold for synchronous code, and `bind` and `with` carry
// them further. Importing it does nothing at all.
import { type AtEndOfTurn, createContextOver } from '../core/context.js';
import type { Context, Logger, LoggerOptions } from '../core/types.js';
import { createBrowserLogger } from './browserLogger.js';
import { findDefaultContext } from './defaultContext.js';
import { outsideZone } from './scope/outsideZone.js';
import { createSyncScope } from './scope/syncScope.js';

export type * from '../core/types.js';

const atEndOfTurn: AtEndOfTurn = (fn) => outsideZone(() => queueMicrotask(fn));

/** An independent context: nothing of the shared one is in it, nor the other way round. */
export const createContext = (): Context => createContextOver(createSyncScope(), atEndOfTurn);

const findOrCreate = (): Context => findDefaultContext() ?? createContext();

/**
 * The context that all loggers share unless they are given another; that of a tracking copy of this package, where the
 * page has loaded one before.
 */
export const context: Context = /* @__PURE__ */ findOrCreate();

/**
 * A logger that buffers its lines, in IndexedDB too, and delivers them to the collector at `endpoint`.
 * @throws TypeError when an option is wrong: it names the option, what was given and what is wanted.
 */
export function createLogger(options: LoggerOptions): Logger {
  return createBrowserLogger(options, { context, outside: outsideZone, atEndOfTurn });
}
