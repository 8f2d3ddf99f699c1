// Binds callbacks to the context that is current when they are handed over. In no context the native function gets
// exactly what the page gave.
import { originalOf, replaceMethod, standFor } from './nativeLooks.js';
import type { Zones } from './zones.js';

type Callback = (...args: any[]) => unknown;

/** Method names by the interface that has them, with the places of their callbacks. '' is the global scope itself. */
const takers: { [owner: string]: { [method: string]: number[] } } = {
  '': {
    setTimeout: [0],
    setInterval: [0],
    requestAnimationFrame: [0],
    requestIdleCallback: [0],
    queueMicrotask: [0],
  },
  Scheduler: { postTask: [0] },
  Geolocation: { getCurrentPosition: [0, 1], watchPosition: [0, 1] },
};

const observers = ['MutationObserver', 'WebKitMutationObserver', 'IntersectionObserver', 'ResizeObserver'];

export function trackCallbacks(zones: Zones): void {
  const page = globalThis as { [name: string]: any };
  for (const [owner, methods] of Object.entries(takers)) {
    const holder = owner === '' ? page : page[owner]?.prototype;
    for (const [method, places] of Object.entries(methods)) {
      // zone.js has got it already, and carries our zones.
      if (holder === undefined || zones.symbol(method) in holder) continue;
      replaceMethod(holder, method, (native) => withBoundCallbacks(zones, native, places));
    }
  }
  for (const name of observers) if (!(zones.symbol(name) in page)) trackObserver(zones, page, name);
}

const withBoundCallbacks = (zones: Zones, native: Callback, places: number[]): Callback =>
  ({
    method(this: unknown, ...args: unknown[]) {
      const zone = zones.active();
      if (zone !== undefined) {
        for (const place of places) {
          if (typeof args[place] === 'function') args[place] = zones.bind(zone, args[place] as Callback);
        }
      }
      return Reflect.apply(native, this, args);
    },
  }).method;

/** Observers stay the native class: instances, prototype and what the callback is given are the browser's. */
function trackObserver(zones: Zones, page: { [name: string]: any }, name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(page, name);
  const native = descriptor?.value;
  if (typeof native !== 'function' || !descriptor!.configurable) return;
  // An alias of one that has been done.
  const known = native.prototype.constructor;
  const tracked = known !== native && originalOf(known) === native ? known : trackedClass(zones, native);
  Reflect.defineProperty(page, name, { ...descriptor, value: tracked });
  Reflect.defineProperty(native.prototype, 'constructor', { value: tracked });
}

function trackedClass(zones: Zones, native: new (...args: unknown[]) => object): object {
  const tracked = new Proxy(native, {
    construct(target, args, newTarget) {
      const zone = zones.active();
      if (zone !== undefined && typeof args[0] === 'function') args[0] = zones.bind(zone, args[0] as Callback);
      return Reflect.construct(target, args, newTarget);
    },
  });
  return standFor(tracked, native);
}
