// Protocol 1 of contexts: what copies of timberlog on one page, whatever their versions, ask of each other's. It says
// what a context does and nothing of how; it never changes, and what has to differ gets a key with another number.
import type { EncodedFields } from './merge.js';
import type { ReportTrouble } from './trouble.js';
import type { Context } from './types.js';

/** A context has its SharedContext under this key; a page has its default context under it, see defaultContext.ts. */
export const contextKey = Symbol.for('timberlog.context.1');

/** What is current in a context: the same object for as long as the fields are the same. */
export interface Collapsed {
  /** In their encoded form, in which whole objects are marked (`isWhole`). They never change. */
  readonly fields: EncodedFields;
  /**
   * What the layer that asked last has made of the fields; `texts` has that of all layers, where more than one ever
   * asked. A layer is some copy's logger, and nobody else reads what it keeps.
   */
  layer?: object | undefined;
  text?: unknown;
  texts?: WeakMap<object, unknown> | undefined;
}

/** What loggers and invocations need of a context beyond its public face. */
export interface SharedContext {
  current(): Collapsed;
  /** The same for code in no scope. */
  root(): Collapsed;
  /** Runs fn over a base of its own, which starts with what the current base has, laid over facts. */
  runOverOwnBase<T>(facts: EncodedFields, fn: () => T): T;
  /** Tells this context's troubles to report, which never throws, until the function returned is called. */
  listen(report: ReportTrouble): () => void;
}

/** Of a context, whichever copy made it; `undefined` for anything else. */
export const sharedContextOf = (context: unknown): SharedContext | undefined =>
  typeof context === 'function' ? (context as { [contextKey]?: SharedContext })[contextKey] : undefined;

/** The value, where it is a context that keeps to the protocol, whichever copy made it; never throws. */
export function asContext(value: unknown): Context | undefined {
  try {
    const shared = sharedContextOf(value) as SharedContext;
    const { set, get, bind } = value as Context;
    const methods = [set, get, bind, shared.runOverOwnBase, shared.listen];
    const keepsTo = methods.every((method) => typeof method === 'function') && isCollapsed(shared.root());
    return keepsTo && isCollapsed(shared.current()) ? (value as Context) : undefined;
  } catch {
    return undefined; // it is no function at all, or a Proxy that throws
  }
}

const isCollapsed = ({ fields }: Collapsed): boolean => typeof fields === 'object' && fields !== null;
