// Installs context tracking in a page or worker, once, and hands out scopes over it. Joins what this folder owns; what
// is tracked, and how, is in promises.ts, callbacks.ts and listeners.ts.
import { initZone } from 'zone.js/zone-impl';
import type { Scope } from '../../core/scope.js';
import { trackAsyncGenerators } from './asyncGenerators.js';
import { trackBlocking } from './blocking.js';
import { trackCallbacks } from './callbacks.js';
import { trackCustomElements } from './customElements.js';
import { inPage } from './inPage.js';
import { intrinsicPromise } from './intrinsicPromise.js';
import { trackListeners } from './listeners.js';
import { frozen } from './nativeLooks.js';
import { trackOnProperties } from './onProperties.js';
import { findTracking, reasonInItsPlace, trackingKey } from './outsideZone.js';
import { type TrackZonePromise, trackPromises } from './promises.js';
import { keepContextsInZones } from './zoneRuns.js';
import { createZones, type ZoneClass, type Zones } from './zones.js';

/** Copies of other versions use it as well: it is protocol 1, see `trackingKey`. */
export interface Tracking {
  /** An independent scope. All scopes of a page share its zones. */
  createScope<Frame>(): Scope<Frame>;
  /** Runs fn with no context current, in a zone that no framework watches. */
  outside<T>(fn: () => T): T;
  /** Whether contexts are carried over asynchronous code. Where they are not, scopes hold for synchronous code. */
  readonly complete: boolean;
  /** Why not, in a sentence. Where complete: what they are not carried over all the same, if there is such a thing. */
  readonly why?: string;
}

let installed: Tracking | undefined;

/**
 * Puts tracking into this page or worker, unless that has been done, by another copy of this package perhaps. On a
 * server, and where the platform's prototypes are frozen, nothing is patched.
 */
export function installTracking(): Tracking {
  installed ??= findTracking() ?? install();
  return installed;
}

function install(): Tracking {
  const why = reasonNotTo() ?? reasonInItsPlace();
  if (why !== undefined) return createTracking(createZones(initZone())!, false, why);
  const { Zone, zones, isOwn } = findZones();
  keepContextsInZones(zones, Zone);
  const trackZonePromise = trackPromises(zones);
  if (isOwn) announce(Zone, trackZonePromise);
  else if (hasItsPromise(Zone)) trackZonePromise(Promise);
  trackAsyncGenerators(zones);
  trackCallbacks(zones);
  trackBlocking(zones);
  trackCustomElements(zones);
  trackListeners(zones);
  trackOnProperties(zones);
  const tracking = createTracking(zones, true, whatIsFrozen());
  define(trackingKey, tracking);
  return tracking;
}

function reasonNotTo(): string | undefined {
  if (!inPage()) {
    return 'Contexts are tracked by this build in pages and workers only; elsewhere they hold for synchronous code.';
  }
  const needed = [
    [intrinsicPromise.prototype, 'then'],
    [intrinsicPromise.prototype, 'constructor'],
    [intrinsicPromise, 'resolve'],
  ] as const;
  const isFrozen =
    !Object.isExtensible(globalThis) ||
    needed.some(([holder, key]) => !Object.getOwnPropertyDescriptor(holder, key)?.configurable);
  return isFrozen ? 'Contexts hold for synchronous code only: this page has frozen its promises.' : undefined;
}

function whatIsFrozen(): string | undefined {
  if (frozen.size === 0) return undefined;
  return `Contexts are not carried over what this page has frozen: ${[...frozen].join(', ')}.`;
}

/** The zones of the zone.js that is there, or of our own; a `Zone` that is something else stays what it is. */
function findZones(): { Zone: ZoneClass; zones: Zones; isOwn: boolean } {
  const { Zone } = globalThis as { Zone?: Partial<ZoneClass> };
  const isZoneJs = typeof Zone?.__load_patch === 'function' && typeof Zone.__symbol__ === 'function';
  const theirs = isZoneJs ? createZones(Zone as ZoneClass) : undefined;
  if (theirs) return { Zone: Zone as ZoneClass, zones: theirs, isOwn: false };
  const own = initZone();
  return { Zone: own, zones: createZones(own)!, isOwn: true };
}

/** For a zone.js that comes later: it fills this `Zone` with its patches, and its zones carry our frames. */
function announce(Zone: ZoneClass, trackZonePromise: TrackZonePromise): void {
  if ('Zone' in globalThis) return;
  define('Zone', Zone);
  define(Zone.__symbol__('Promise'), intrinsicPromise);
  const load = Zone.__load_patch;
  Zone.__load_patch = (name, patch, ...rest) =>
    load.call(
      Zone,
      name,
      (...given) => {
        const made = patch(...given);
        if (name === 'ZoneAwarePromise') trackZonePromise(made as PromiseConstructor);
        return made;
      },
      ...rest,
    );
}

/** Whether this zone.js has put a promise of its own in the place of `Promise`; it may be told not to. */
function hasItsPromise(Zone: ZoneClass): boolean {
  try {
    Zone.assertZonePatched();
    return true;
  } catch {
    return false;
  }
}

function define(key: PropertyKey, value: unknown): void {
  // Not Object.defineProperty, which throws where a page has something there that cannot be replaced.
  Reflect.defineProperty(globalThis, key, { value, writable: true, enumerable: false, configurable: true });
}

function createTracking(zones: Zones, complete: boolean, why?: string): Tracking {
  return {
    createScope<Frame>() {
      const scope: Scope<Frame> = {
        run: (frame, fn) => zones.run(zones.light(scope, frame), fn),
        current: () => zones.frameOf(scope) as Frame | undefined,
        enter: (frame) => zones.enter(zones.light(scope, frame)),
      };
      return scope;
    },
    outside: (fn) => zones.run(zones.root, fn),
    complete,
    why,
  };
}
