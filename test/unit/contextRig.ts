// Contexts over a scope that keeps what is current in synchronous code.
import { createContextOver } from '../../src/core/context.js';
import type { Frame } from '../../src/core/frame.js';
import { type SharedContext, sharedContextOf } from '../../src/core/sharedContext.js';
import type { Context } from '../../src/core/types.js';
import { createAlsScope, createSynchronousStorage } from '../../src/workers/alsScope.js';

export const createContext = (): Context =>
  createContextOver(createAlsScope(createSynchronousStorage<Frame>()), queueMicrotask);

export const sharedOf = (context: Context): SharedContext => sharedContextOf(context) as SharedContext;

/** A context, and the troubles that a logger of it hears of. */
export function listenedContext() {
  const context = createContext();
  const told: { kind: string; message: string }[] = [];
  sharedOf(context).listen((kind, message) => void told.push({ kind, message }));
  return { context, told };
}

export const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
