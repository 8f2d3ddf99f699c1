// Carries contexts over native promises and `await`, which no patch of `Promise` reaches. Owns %Promise.prototype%'s
// `constructor` and `then`; `Promise` itself, and what promises do outside of contexts, stay the engine's.
import { createAwaits, type PromiseKind, type Then } from './awaits.js';
import { intrinsicPromise } from './intrinsicPromise.js';
import { isEngines, isNative, lookLike, standFor } from './nativeLooks.js';
import { type Reads, trackStatics } from './promiseStatics.js';
import { createSubclasses } from './subclasses.js';
import type { Zone, Zones } from './zones.js';

/**
 * `await p` reads `p.constructor`. If that is not %Promise%, it makes a promise of its own that nobody else sees, reads
 * `p.then` at once, and calls that from a job with its promise's resolve functions
 * (https://tc39.es/ecma262/#sec-promise-resolve). So in a context `constructor` answers with a stand-in and marks p,
 * and the `then` read next is one that knows the zone. Those who read `constructor` for another end (`Promise.resolve`
 * and `try`, the species look-up in `then`) are told the truth. Where that cannot be seen, a promise that others see is
 * settled within the zone: what waits for it outside of contexts is kept out, see `keepOut`.
 */
export function trackPromises(zones: Zones): TrackZonePromise {
  const prototype = intrinsicPromise.prototype;
  // A zone.js with a promise of its own has put its `then` here, and keeps the native one beside it.
  const kept = (prototype as any)[zones.symbol('then')];
  let pageThen: unknown = prototype.then;
  let pageConstructor: unknown = prototype.constructor;
  const nativeThen: Then = typeof kept === 'function' ? kept : (pageThen as Then);

  const reads: Reads = { told: undefined, combining: 0 };
  const standIn: PromiseConstructor = new Proxy(intrinsicPromise, {
    // Used at all, it was not read by an await. The species is looked up by a `then` that was captured before us.
    get(target, key) {
      if (key === Symbol.species && zones.marked !== undefined && awaits.pending > 0) keepOut(zones.marked);
      zones.marked = undefined;
      return Reflect.get(target, key);
    },
    construct(target, args, newTarget) {
      zones.marked = undefined;
      return Reflect.construct(target, args, newTarget);
    },
  });
  standFor(standIn, intrinsicPromise);

  // What the page has put there before us may call others, and take its time.
  const engineThen: Then = isNative(nativeThen) ? nativeThen : thenByAwait;
  // A promise with a `constructor` of its own, so that a `then` on it looks nothing up.
  const settled = intrinsicPromise.resolve();
  Object.defineProperty(settled, 'constructor', { value: intrinsicPromise });
  const awaits = createAwaits(zones, (job) => void engineThen.call(settled, job));

  /** Calls a `then` that looks up the constructor of promise. */
  function register(promise: unknown, onFulfilled: unknown, onRejected: unknown, then = engineThen): unknown {
    reads.told = promise;
    try {
      return then.call(promise, onFulfilled, onRejected);
    } finally {
      reads.told = undefined;
    }
  }

  // Outside of contexts, the engine's own path: only while some await of a context is pending, and what waits for
  // this promise may run next to it, is the zone made certain of.
  const trackedThen = lookLike(
    {
      // biome-ignore lint/suspicious/noThenProperty: it takes the place of the native method
      then(this: unknown, onFulfilled?: unknown, onRejected?: unknown) {
        const zone = zones.active();
        if (zone === undefined && awaits.pending === 0) return nativeThen.call(this, onFulfilled, onRejected);
        const bound = (fn: unknown) =>
          reads.combining > 0 && isEngines(fn) ? fn : inZone(zones, zone ?? zones.root, fn);
        return register(this, bound(onFulfilled), bound(onRejected), nativeThen);
      },
    }.then,
    nativeThen,
  );
  if (pageThen === nativeThen) pageThen = trackedThen;
  const native: PromiseKind = { register, pageThen: () => pageThen as Then };

  const leave = () => void zones.swap(zones.root);
  let isKeepingOut = false;
  /** What is about to wait for promise will not see the zone of what settles it. */
  function keepOut(promise: unknown): void {
    if (isKeepingOut) return;
    isKeepingOut = true;
    try {
      register(promise, leave, leave);
    } catch {
      // It has %Promise.prototype% and is no promise.
    } finally {
      isKeepingOut = false;
    }
  }

  const subclasses = createSubclasses(prototype, (promise) => {
    zones.marked = promise === reads.told || !zones.isActive() ? undefined : (promise as object);
  });

  const accessors = {
    get constructor(): unknown {
      if (this === reads.told || this === (prototype as unknown)) {
        zones.marked = undefined;
        return pageConstructor;
      }
      if (!zones.isActive()) {
        if (awaits.pending > 0) keepOut(this);
        return pageConstructor;
      }
      zones.marked = this;
      return pageConstructor === intrinsicPromise ? standIn : pageConstructor;
    },
    set constructor(value: unknown) {
      if (this === (prototype as unknown)) pageConstructor = unlessFrozen(this, value);
      else setOwn(this, 'constructor', value);
    },
    // biome-ignore lint/suspicious/noThenProperty: it takes the place of the native method
    get then(): unknown {
      const isMarked = zones.marked === this;
      zones.marked = undefined;
      if (!zones.isActive()) return pageThen;
      if (isMarked) return awaits.thenFor(this, native);
      // The first that is seen of a subclass may be an await's: that its `constructor` was read, nothing told us yet.
      const isOfNewClass = this !== (prototype as unknown) && !subclasses.isFollowed(Object.getPrototypeOf(this));
      return isOfNewClass ? awaits.thenPerhapsFor(this, native) : pageThen;
    },
    set then(value: unknown) {
      if (this === (prototype as unknown)) pageThen = unlessFrozen(this, value);
      else setOwn(this, 'then', value);
    },
  };
  for (const key of ['constructor', 'then']) defineAccessor(prototype, key, accessors);

  trackStatics(zones, { intrinsic: intrinsicPromise, standIn, reads, subclasses });

  return (ZonePromise) => {
    const holder = ZonePromise.prototype;
    let zoneThen = holder.then as Then;
    const thenBefore = zoneThen;
    const kind: PromiseKind = {
      register: (promise, onFulfilled, onRejected) => thenBefore.call(promise, onFulfilled, onRejected),
      pageThen: () => zoneThen,
    };
    defineAccessor(holder, 'then', {
      // biome-ignore lint/suspicious/noThenProperty: it takes the place of zone.js's method
      get then(): unknown {
        const isPerhapsAwaited = zones.isActive() && this !== (holder as unknown);
        return isPerhapsAwaited ? awaits.thenPerhapsFor(this, kind) : zoneThen;
      },
      set then(value: Then) {
        if (this === (holder as unknown)) zoneThen = value;
        else setOwn(this, 'then', value);
      },
    });
  };
}

/**
 * Carries contexts over an `await` of zone.js's own promises. To an await these are like any object with a `then`, and
 * this `then` we can see being read.
 */
export type TrackZonePromise = (ZonePromise: PromiseConstructor) => void;

const inZone = (zones: Zones, zone: Zone, fn: unknown): unknown =>
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

/** What the native `then` does, in the same microtask. */
async function thenByAwait(this: unknown, onFulfilled?: unknown, onRejected?: unknown): Promise<unknown> {
  let value: unknown;
  try {
    value = await this;
  } catch (reason) {
    return (onRejected as Settled)(reason);
  }
  return (onFulfilled as Settled)(value);
}
type Settled = (outcome: unknown) => unknown;

/** It stays as enumerable as it was: zone.js's methods may be. */
function defineAccessor(holder: object, key: string, accessors: object): void {
  const { get, set } = Object.getOwnPropertyDescriptor(accessors, key)!;
  Object.defineProperty(holder, key, { get, set });
}

/** value, for a property of holder: freezing leaves an accessor its setter. Throws as strict code does. */
function unlessFrozen(holder: unknown, value: unknown): unknown {
  if (Object.isFrozen(holder)) throw new TypeError('Cannot assign to a property of an object that is frozen');
  return value;
}

/** As an assignment to an inherited data property does. */
function setOwn(target: unknown, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
