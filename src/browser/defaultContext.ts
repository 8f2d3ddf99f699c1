// The page's default context: the first copy of timberlog leaves it, copies that come later find it, of whatever
// version. What it is to them is protocol 1, in core/sharedContext.ts.
import { asContext, contextKey } from '../core/sharedContext.js';
import type { Context } from '../core/types.js';
import { inPage } from './scope/inPage.js';

/** What an earlier copy left; `undefined` where there is none, or something that is no context. */
export function findDefaultContext(): Context | undefined {
  try {
    return asContext((globalThis as { [contextKey]?: unknown })[contextKey]);
  } catch {
    return undefined; // an accessor that throws
  }
}

/** Leaves context to copies that come later, in pages, and returns it. */
export function leaveDefaultContext(context: Context): Context {
  // Not Object.defineProperty, which throws where a page is frozen.
  const slot = { value: context, writable: true, enumerable: false, configurable: true };
  if (inPage()) Reflect.defineProperty(globalThis, contextKey, slot);
  return context;
}
