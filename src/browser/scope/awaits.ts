// Runs what waits for the promise of one `await` in the zone of that await. Owns the jobs around it; who is given such
// a `then`, and when, is in promises.ts.
import { intrinsicPromise } from './intrinsicPromise.js';
import type { Zones } from './zones.js';

const sourceOf = Function.prototype.toString;

type Settle = (value?: unknown) => void;
export type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown) => unknown;

/** A class of promises: the engine's, or zone.js's. */
export interface PromiseKind {
  /** Its own `then` as it was before us, called on promise. */
  register(promise: unknown, onFulfilled: unknown, onRejected: unknown): unknown;
  /** What the page calls. */
  pageThen(): Then;
}

export interface Awaits {
  /**
   * How many promises will be settled by a `then` that has been given out. Nobody but the await itself sees its
   * promise; but the same reads can come from a function that resolves a promise of its own with this one. What waits
   * for that one outside of contexts has to be kept out of the zone.
   */
  readonly pending: number;
  /** The `then` for an await of promise in the active zone. The page's own code may be given it too, and call it. */
  thenFor(promise: unknown, kind: PromiseKind): Then;
  /** The same, where nothing but the read of `then` says that this may be an await. */
  thenPerhapsFor(promise: unknown, kind: PromiseKind): Then;
}

const isPlain = (promise: unknown) =>
  promise instanceof intrinsicPromise && Object.getPrototypeOf(promise) === intrinsicPromise.prototype;

/** queue puts jobs in the queue of microtasks, whatever the page has made of it. */
export function createAwaits(zones: Zones, queue: (job: () => void) => void): Awaits {
  let resolvingSource = '';
  new intrinsicPromise((resolve) => {
    resolvingSource = sourceOf.call(resolve);
  });
  /** Whether an await calls with these. The first look is free, the second costs as much as half an await. */
  const areResolving = (resolve: unknown, reject: unknown, isCertain: boolean) =>
    typeof resolve === 'function' &&
    typeof reject === 'function' &&
    (isCertain || (sourceOf.call(resolve) === resolvingSource && resolve.name === ''));

  let pending = 0;
  let before = zones.root;
  const leave = () => zones.restore(before);

  function give(promise: unknown, kind: PromiseKind, isCertain: boolean): Then {
    const zone = zones.active()!;
    const readIn = zones.current();
    let isPending = true;
    let isCalled = false;
    pending++;
    const over = () => {
      if (isPending) pending--;
      isPending = false;
    };
    // The job of an await is queued right after this read: it comes between these two.
    if (!isCertain) queue(() => queue(() => isCalled || over()));
    return function (resolve, reject) {
      // Called by the page's own code after all.
      if (this !== promise || zones.current() === readIn || !areResolving(resolve, reject, isCertain)) {
        over();
        return kind.pageThen().call(this, resolve, reject);
      }
      isCalled = true;
      const enter = () => {
        before = zones.swap(zone);
      };
      // Three jobs in a row, first in first out: enter, the continuation (the one thing that waits for the await's
      // promise), leave. What the continuation settles comes after them.
      const settleInZone = (settle: Settle, value: unknown) => {
        queue(enter);
        settle(value);
        queue(leave);
        over();
      };
      const derived = kind.register(
        promise,
        (value: unknown) => settleInZone(resolve as Settle, value),
        (reason: unknown) => settleInZone(reject as Settle, reason),
      );
      // Does nothing by then, but V8 follows it to the awaiting function when it writes `at async` into a stack. Not for
      // a subclass, whose constructor would be called once more than the engine does.
      if (isPlain(derived)) kind.register(derived, resolve, reject);
      return derived;
    };
  }

  return {
    get pending() {
      return pending;
    },
    thenFor: (promise, kind) => give(promise, kind, true),
    thenPerhapsFor: (promise, kind) => give(promise, kind, false),
  };
}
