// What `Promise.resolve`, `try` and the combinators read of promises is not read for an await. Owns these functions.
import { replaceMethod } from './nativeLooks.js';
import type { Zones } from './zones.js';

/** Why promises are read, where it is not for an await. */
export interface Reads {
  /** The promise whose `constructor` is about to be read. */
  told: unknown;
  /** Calls of combinators that are running: their functions call no code of the page's. */
  combining: number;
}

type Static = (this: unknown, ...args: any[]) => unknown;

export function trackStatics(zones: Zones, intrinsic: PromiseConstructor, standIn: unknown, reads: Reads): void {
  const unmasked = (receiver: unknown) => (receiver === standIn ? intrinsic : receiver);
  const replace = (name: string, make: (native: Static) => Static) => replaceMethod(intrinsic, name, make);

  replace(
    'resolve',
    (native) =>
      ({
        resolve(this: unknown, value: unknown) {
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
