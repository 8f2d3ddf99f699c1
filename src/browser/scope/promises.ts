// Carries contexts over native promises and `await`, which no patch of `Promise` reaches. Owns %Promise.prototype%'s
// `constructor` and `then`; `Promise` itself, and what promises do outside of contexts, stay the engine's.
import { lookLike, replaceMethod } from './nativeLooks.js';
import type { Zone, Zones } from './zones.js';

type Settle = (value?: unknown) => void;
type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown) => Promise<unknown>;

/** The intrinsic, whatever the page has made of the global. */
export const intrinsicPromise = Object.getPrototypeOf((async () => {})()).constructor as PromiseConstructor;

/**
 * `await p` reads `p.constructor`. If that is not %Promise%, it makes a promise of its own that nobody else sees, reads
 * `p.then` at once, and calls that from a job with its promise's resolve functions
 * (https://tc39.es/ecma262/#sec-promise-resolve). So in a context `constructor` answers with a stand-in and marks p,
 * and the `then` read next is one that knows the zone. Everybody else who would read `constructor` and then pass on
 * what it settles to more than one await (`Promise.resolve` and `try`, the species look-up in `then`) is told the truth, or code
 * that shares a promise with a context would run inside it.
 */
export function trackPromises(zones: Zones): void {
  const prototype = intrinsicPromise.prototype;
  // A zone.js with a promise of its own has put its `then` here, and keeps the native one beside it.
  const kept = (prototype as any)[zones.symbol('then')];
  let pageThen: unknown = prototype.then;
  let pageConstructor: unknown = prototype.constructor;
  const nativeThen: Then = typeof kept === 'function' ? kept : (pageThen as Then);

  /** The promise whose `constructor` is about to be read by something that is no await. */
  let told: unknown;
  const standIn: PromiseConstructor = new Proxy(intrinsicPromise, {
    // Used at all, it was not read by an await.
    get(target, key) {
      zones.marked = undefined;
      return Reflect.get(target, key);
    },
    construct(target, args, newTarget) {
      zones.marked = undefined;
      return Reflect.construct(target, args, newTarget);
    },
  });

  const thenIn = (zone: Zone, fn: unknown): unknown =>
    typeof fn !== 'function'
      ? fn
      : (value: unknown) => {
          const outer = zones.swap(zone);
          try {
            return fn(value);
          } finally {
            zones.restore(outer);
          }
        };

  const trackedThen = lookLike(
    {
      // biome-ignore lint/suspicious/noThenProperty: it takes the place of the native method
      then(this: unknown, onFulfilled?: unknown, onRejected?: unknown) {
        const zone = zones.active();
        if (zone === undefined) return nativeThen.call(this, onFulfilled, onRejected);
        told = this;
        try {
          return nativeThen.call(this, thenIn(zone, onFulfilled), thenIn(zone, onRejected));
        } finally {
          told = undefined;
        }
      },
    }.then,
    nativeThen,
  );
  if (pageThen === nativeThen) pageThen = trackedThen;

  // A promise with a `constructor` of its own, so that a `then` on it looks nothing up.
  const settled = intrinsicPromise.resolve();
  Object.defineProperty(settled, 'constructor', { value: intrinsicPromise });
  const queue = (job: () => void) => nativeThen.call(settled, job);
  let before = zones.root;
  const leave = () => zones.restore(before);

  const awaitThen = (zone: Zone, readIn: Zone) =>
    function (this: unknown, resolve: Settle, reject: Settle) {
      // Read and called by the page's own code after all: an await calls from a job, where no zone of ours is current.
      if (zones.current() === readIn) return (pageThen as Then).call(this, resolve, reject);
      const enter = () => {
        before = zones.swap(zone);
      };
      // Three jobs in a row, first in first out: enter, the continuation (the one thing that waits for the await's
      // promise), leave. What the continuation settles comes after them.
      const derived = nativeThen.call(
        this,
        (value: unknown) => {
          queue(enter);
          resolve(value);
          queue(leave);
        },
        (reason: unknown) => {
          queue(enter);
          reject(reason);
          queue(leave);
        },
      );
      // Does nothing by then, but V8 follows it to the awaiting function when it writes `at async` into a stack.
      nativeThen.call(derived, resolve, reject);
      return derived;
    };

  const accessors = {
    get constructor(): unknown {
      if (!zones.isActive() || this === (prototype as unknown)) return pageConstructor;
      zones.marked = this === told ? undefined : this;
      if (this === told) return pageConstructor;
      return pageConstructor === intrinsicPromise ? standIn : pageConstructor;
    },
    set constructor(value: unknown) {
      if (this === (prototype as unknown)) pageConstructor = value;
      else setOwn(this, 'constructor', value);
    },
    // biome-ignore lint/suspicious/noThenProperty: it takes the place of the native method
    get then(): unknown {
      if (zones.marked === undefined) return pageThen;
      const isMarked = zones.marked === this;
      zones.marked = undefined;
      const zone = isMarked ? zones.active() : undefined;
      return zone === undefined ? pageThen : awaitThen(zone, zones.current());
    },
    set then(value: unknown) {
      if (this === (prototype as unknown)) pageThen = value;
      else setOwn(this, 'then', value);
    },
  };
  for (const key of ['constructor', 'then'] as const) {
    const { get, set } = Object.getOwnPropertyDescriptor(accessors, key)!;
    Object.defineProperty(prototype, key, { get, set, enumerable: false, configurable: true });
  }

  replaceMethod(
    intrinsicPromise,
    'resolve',
    (native) =>
      ({
        resolve(this: unknown, value: unknown) {
          if (!zones.isActive()) return native.call(this, value);
          told = value;
          try {
            return native.call(this === standIn ? intrinsicPromise : this, value);
          } finally {
            told = undefined;
          }
        },
      }).resolve,
  );
  replaceMethod(
    intrinsicPromise,
    'try',
    (native) =>
      ({
        try(this: unknown, fn: unknown, ...args: unknown[]) {
          if (!zones.isActive() || typeof fn !== 'function') return native.call(this, fn, ...args);
          const tell = (...given: unknown[]) => {
            const result = fn(...given);
            told = result; // its constructor is read next
            return result;
          };
          try {
            return native.call(this === standIn ? intrinsicPromise : this, tell, ...args);
          } finally {
            told = undefined;
          }
        },
      }).try,
  );
}

/** As an assignment to an inherited data property does. */
function setOwn(target: unknown, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
