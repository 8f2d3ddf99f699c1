// Keeps contexts in code that enters a zone of its own: `ngZone.run(fn)` is plain synchronous code to whoever calls it.
import type { Zone, ZoneClass, Zones } from './zones.js';

type Run = (this: Zone, fn: unknown, ...rest: unknown[]) => unknown;

export function keepContextsInZones(zones: Zones, Zone: ZoneClass): void {
  const prototype = Object.getPrototypeOf(Zone.root) as { [name in 'run' | 'runGuarded' | 'wrap']: Run };
  for (const name of ['run', 'runGuarded'] as const) {
    const run = prototype[name];
    prototype[name] = function (fn, ...rest) {
      return run.call(zones.carriedInto(this), fn, ...rest);
    };
  }
  // What it makes runs in a zone later, and keeps the context in which it was made.
  const { wrap } = prototype;
  prototype.wrap = function (fn, ...rest) {
    return zones.bind(zones.active() ?? zones.root, wrap.call(this, fn, ...rest) as () => unknown);
  };
}
