// The way out of the application's zone, for our own timers, requests and storage: no context is current in what they
// call, and no framework sees a task.
import type { Tracking } from './zone.js';

/** Runs fn with no context current, in a zone that no framework watches, and returns what fn returns. */
export type Outside = <T>(fn: () => T) => T;

/**
 * Where the tracking of this page or worker is kept, if it is complete: one for all copies of timberlog. What copies
 * of other versions ask of it is protocol 1, `Tracking` and the `Scope` that it creates. It never changes; what has to
 * differ gets a key with another number.
 */
export const trackingKey = Symbol.for('timberlog.tracking.1');

let checked: unknown;
let found: Tracking | undefined;

/** What a copy has installed; `undefined` where none has, or something else stands in its place. */
export function findTracking(): Tracking | undefined {
  try {
    const value = (globalThis as { [trackingKey]?: Tracking })[trackingKey];
    if (value === checked) return found;
    checked = value;
    found = undefined;
    if (value?.complete && works(value)) found = value;
    return found;
  } catch {
    return undefined; // accessors that throw, or a Proxy
  }
}

/** Two copies would patch the page twice if neither could find what the other has installed. */
export function reasonInItsPlace(): string | undefined {
  const isTaken = Object.getOwnPropertyDescriptor(globalThis, trackingKey)?.configurable === false;
  return isTaken ? 'Something that is not timberlog has taken the place of its tracking in this page.' : undefined;
}

function works({ createScope, outside }: Tracking): boolean {
  const scope = createScope<object>();
  const frame = {};
  const seen = scope.run(frame, () => [scope.current(), outside(() => scope.current())]);
  return seen[0] === frame && seen[1] === undefined && typeof scope.enter === 'function';
}

/** For what patches nothing itself. It looks each time: tracking and zone.js may come later. */
export const outsideZone: Outside = (fn) => {
  const tracking = findTracking();
  if (tracking) return tracking.outside(fn);
  const zone = findRootZone();
  return zone ? zone.run(fn) : fn();
};

/** Of zone.js, if that is what the page's `Zone` is. */
function findRootZone(): { run: Outside } | undefined {
  try {
    const { Zone } = globalThis as { Zone?: any };
    const isZoneJs = typeof Zone?.__load_patch === 'function' && typeof Zone.__symbol__ === 'function';
    return isZoneJs && typeof Zone.root.run === 'function' ? Zone.root : undefined;
  } catch {
    return undefined;
  }
}
