// WorkerEntrypoint classes: their handlers and their RPC methods.
import { handlerFacts } from './facts.js';
import type { InvocationOptions, Loggers } from './invoke.js';
import { recordWaitUntil } from './recordWaitUntil.js';
import { type AnyClass, withMethods } from './withMethods.js';

/**
 * Wraps a `WorkerEntrypoint` class as `withTimber` wraps handlers. Calls of its methods by RPC have a context of their
 * own too, with `rpc.entrypoint` and `rpc.method`; what a method calls of its own object is part of its call.
 *
 * @example
 * class StockEntrypoint extends WorkerEntrypoint { count(id) { … } }
 * export const Stock = withTimberEntrypoint(logger, StockEntrypoint);
 */
export function withTimberEntrypoint<C extends AnyClass>(
  loggers: Loggers,
  Class: C,
  options: InvocationOptions = {},
): C {
  return withMethods(loggers, Class, options, {
    known: handlerFacts,
    rpc: (method) => ({ rpc: { entrypoint: Class.name, method } }),
    construct: (made, make) => make(recordWaitUntil(made.ctx, () => made.latest)),
  });
}
