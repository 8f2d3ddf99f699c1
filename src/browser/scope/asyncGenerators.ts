// Keeps contexts in the `finally` of an async generator that a loop leaves early. `return(value)` makes the generator
// await value before that block runs, and an await of what is no promise cannot be followed:
// https://tc39.es/ecma262/#sec-asyncgeneratoryield
import { intrinsicPromise } from './intrinsicPromise.js';
import { replaceMethod } from './nativeLooks.js';
import type { Zones } from './zones.js';

export function trackAsyncGenerators(zones: Zones): void {
  const generator = (async function* () {})();
  replaceMethod(
    Object.getPrototypeOf(Object.getPrototypeOf(generator)),
    'return',
    (native) =>
      ({
        return(this: unknown, ...args: unknown[]) {
          const [value] = args;
          const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
          if (isObject || !zones.isActive()) return Reflect.apply(native, this, args);
          return native.call(this, intrinsicPromise.resolve(value));
        },
      }).return,
  );
}
