// Scopes over AsyncLocalStorage. `using` blocks, which it cannot enter, are kept beside it: they are synchronous.
import type { Scope } from '../core/scope.js';

/** As much of node:async_hooks' AsyncLocalStorage as is used. */
export interface Storage<T> {
  run<R>(value: T, fn: () => R): R;
  getStore(): T | undefined;
}

interface Block<Frame> {
  readonly frame: Frame;
  readonly outer: Block<Frame> | undefined;
  open: boolean;
}

export function createAlsScope<Frame>(storage: Storage<Frame>): Scope<Frame> {
  let block: Block<Frame> | undefined;

  function innermostOpen(): Block<Frame> | undefined {
    while (block && !block.open) block = block.outer;
    return block;
  }

  return {
    run(frame, fn) {
      const outside = block;
      block = undefined;
      try {
        return storage.run(frame, fn);
      } finally {
        block = outside;
      }
    },
    current: () => (block ? (innermostOpen()?.frame ?? storage.getStore()) : storage.getStore()),
    enter(frame) {
      const own: Block<Frame> = { frame, outer: innermostOpen(), open: true };
      block = own;
      return () => {
        own.open = false;
      };
    },
  };
}

/** For a runtime without AsyncLocalStorage: the context is kept in synchronous code only. */
export function createSynchronousStorage<T>(): Storage<T> {
  let current: T | undefined;
  return {
    run(value, fn) {
      const outside = current;
      current = value;
      try {
        return fn();
      } finally {
        current = outside;
      }
    },
    getStore: () => current,
  };
}
