// What `Promise.resolve`, `try` and the combinators read of promises is not read for an await. Owns these functions.
import { replaceMethod } from './nativeLooks.js';
import type { Subclasses } from './subclasses.js';
import type { Zones } from './zones.js';

/** Why promises are read, where it is not for an await. */
export interface Reads {
  /** The promise whose `constructor` is about to be read. */
  told: unknown;
  /** Calls of combinators that are running: their functions call no code of the page's. */
  combining: number;
}

type Static = (this: unknown, ...args: any[]) => unknown;

interface Statics {
  readonly intrinsic: PromiseConstructor;
  /** What `constructor` answers in a context. */
  readonly standIn: unknown;
  readonly reads: Reads;
  readonly subclasses: Subclasses;
}

export function trackStatics(zones: Zones, { intrinsic, standIn, reads, subclasses }: Statics): void {
  const unmasked = (receiver: unknown) => (receiver === standIn ? intrinsic : receiver);
  const replace = (name: string, make: (native: Static) => Static) => replaceMethod(intrinsic, name, make);

  replace(
    'resolve',
    (native) =>
      ({
        resolve(this: unknown, value: unknown) {
          const prototype = (unmasked(this) as { prototype?: unknown } | undefined)?.prototype;
          if (prototype instanceof intrinsic) subclasses.isFollowed(prototype);
          reads.told = value;
          try {
            return native.call(unmasked(this), value);
          } finally {
            reads.told = undefined;
          }
        },
      }).resolve,
  );
  replace(
    'try',
    (native) =>
      ({
        try(this: unknown, fn: unknown, ...args: unknown[]) {
          if (!zones.isActive() || typeof fn !== 'function') return native.call(this, fn, ...args);
          const tell = (...given: unknown[]) => {
            const result = fn(...given);
            reads.told = result; // its constructor is read next
            return result;
          };
          try {
            return native.call(unmasked(this), tell, ...args);
          } finally {
            reads.told = undefined;
          }
        },
      }).try,
  );
  for (const name of ['all', 'allSettled', 'any', 'race']) {
    replace(
      name,
      (native) =>
        ({
          combine(this: unknown, ...args: unknown[]) {
            if (!zones.isActive()) return Reflect.apply(native, this, args);
            reads.combining++;
            try {
              return Reflect.apply(native, unmasked(this), args);
            } finally {
              reads.combining--;
            }
          },
        }).combine,
    );
  }
}
