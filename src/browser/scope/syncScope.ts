// A scope of synchronous code, for pages that nothing may patch. What starts in it and ends later is in no context.
import type { Scope } from '../../core/scope.js';

interface Entered<Frame> {
  readonly frame: Frame;
  readonly outer: Entered<Frame> | undefined;
  isOpen: boolean;
}

export function createSyncScope<Frame>(): Scope<Frame> {
  let innermost: Entered<Frame> | undefined;

  function current(): Entered<Frame> | undefined {
    while (innermost && !innermost.isOpen) innermost = innermost.outer;
    return innermost;
  }

  return {
    run(frame, fn) {
      const outer = innermost;
      innermost = { frame, outer: undefined, isOpen: true };
      try {
        return fn();
      } finally {
        innermost = outer; // with what was entered in fn and left open
      }
    },
    current: () => current()?.frame,
    enter(frame) {
      const entered: Entered<Frame> = { frame, outer: current(), isOpen: true };
      innermost = entered;
      return () => {
        entered.isOpen = false;
      };
    },
  };
}
