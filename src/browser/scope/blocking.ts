// Calls that return only when something else has happened. Meanwhile an engine may run the page's other callbacks
// (Firefox does so during a synchronous request): the caller's context is not theirs.
import { replaceMethod } from './nativeLooks.js';
import { type Zones, zoneBeneath } from './zones.js';

const blocking: { readonly [owner: string]: readonly string[] } = {
  '': ['alert', 'confirm', 'prompt', 'print'],
  XMLHttpRequest: ['send'],
};

export function trackBlocking(zones: Zones): void {
  const page = globalThis as { [name: string]: any };
  for (const [owner, methods] of Object.entries(blocking)) {
    for (const method of methods) {
      replaceMethod(
        owner === '' ? page : page[owner]?.prototype,
        method,
        (native) =>
          ({
            method(this: unknown, ...args: unknown[]) {
              const call = () => Reflect.apply(native, this, args);
              return zones.isActive() ? zones.run(zoneBeneath(zones.current()), call) : call();
            },
          }).method,
      );
    }
  }
}
