// Keeps contexts in what code runs in zones of its own: `ngZone.run(fn)` is plain synchronous code to whoever calls it,
// and a task has the context in which it was scheduled. What a zone does by itself before and after (Angular looks for
// changes of the whole page) is nobody's, and runs in none.
import { type Zone, type ZoneClass, type ZoneFrame, type Zones, zoneBeneath } from './zones.js';

type Callback = (this: any, ...args: any[]) => unknown;
type ZoneMethod = (this: Zone, ...args: any[]) => unknown;
type ZoneMethods = { [name in 'run' | 'runGuarded' | 'wrap' | 'scheduleTask' | 'runTask' | 'cancelTask']: ZoneMethod };
/** What runs a zone's hooks, and hands on to its parent's. */
type DelegateMethod = (this: { readonly _invokeTaskZS?: unknown }, ...args: any[]) => unknown;
type DelegateMethods = { [name in 'invokeTask' | 'hasTask' | 'handleError']: DelegateMethod };

export function keepContextsInZones(zones: Zones, Zone: ZoneClass): void {
  const { api } = zones;
  const zone: ZoneMethods = Object.getPrototypeOf(Zone.root);
  const delegate: DelegateMethods = Object.getPrototypeOf(Zone.root._zoneDelegate);
  const scheduledIn = new WeakMap<object, Zone>();
  const failedIn = new WeakMap<ZoneFrame, { error: unknown; from: Zone }>();

  /**
   * Whose frames are carried into what code calls through zone. Where nobody has loaded zone.js (but Angular's effects
   * look for it) no zone is about anything but contexts, and the root is none.
   */
  const framesFor = (zone: Zone) => {
    if (zone._slots) return zone;
    return zones.isActive() && zones.symbol('setTimeout') in globalThis ? zones.current() : undefined;
  };

  /** Calls fn with the frames of from, over the zone that is current: a hook may have entered another. */
  function carry(from: Zone, fn: Callback, applyThis: unknown, args: unknown[]): unknown {
    const zoneFrame = api.currentZoneFrame();
    const outer = zones.swap(zones.carriedInto(zoneFrame.zone, from));
    try {
      return Reflect.apply(fn, applyThis, args);
    } catch (error) {
      failedIn.set(zoneFrame, { error, from });
      throw error;
    } finally {
      zones.restore(outer);
    }
  }

  for (const name of ['run', 'runGuarded'] as const) {
    const run = zone[name];
    zone[name] = function (fn, ...rest) {
      const from = framesFor(this);
      if (!from || typeof fn !== 'function') return run.call(this, fn, ...rest);
      const carried = function (this: unknown, ...args: unknown[]) {
        return carry(from, fn, this, args);
      };
      return run.call(zoneBeneath(this), carried, ...rest);
    };
  }

  // What it makes runs in a zone later, and keeps the context in which it was made.
  const { wrap } = zone;
  zone.wrap = function (fn, ...rest) {
    const wrapped = wrap.call(zoneBeneath(this), fn, ...rest) as Callback;
    return zones.bind(framesFor(this) ?? zones.root, wrapped);
  };

  // A task has the context of the zone that is asked: zone.js's promises ask, in the context of whoever settles them,
  // the zone of what waits. The zone that it has, and hooks are told, is the one that it would have without contexts.
  const { scheduleTask } = zone;
  zone.scheduleTask = function (task) {
    if (this._slots) scheduledIn.set(task, this);
    else if (task.runCount !== 0) scheduledIn.delete(task); // Once more; a first time may be a hook that moves it.
    return scheduleTask.call(zoneBeneath(this), task);
  };
  for (const name of ['runTask', 'cancelTask'] as const) {
    const method = zone[name];
    zone[name] = function (...args) {
      return method.apply(zoneBeneath(this), args);
    };
  }

  // The last delegate has no hook to call: it calls the task's callback.
  const { invokeTask, hasTask, handleError } = delegate;
  delegate.invokeTask = function (...args) {
    const from = this._invokeTaskZS ? undefined : scheduledIn.get(args[1]);
    return from ? carry(from, invokeTask, this, args) : invokeTask.apply(this, args);
  };
  // Told as well when code in a context schedules or cancels a task.
  delegate.hasTask = function (...args) {
    return zones.run(zoneBeneath(zones.current()), () => hasTask.apply(this, args));
  };
  // The one hook that is about what has run: an error is told in the context that it comes from.
  delegate.handleError = function (...args) {
    const failed = failedIn.get(api.currentZoneFrame());
    const isItsError = failed && failed.error === args[1];
    return isItsError ? carry(failed.from, handleError, this, args) : handleError.apply(this, args);
  };

  // Rejections that nobody handled are told after any task, also one of a context: each has its own zone.
  let drainDone = api.microtaskDrainDone;
  Object.defineProperty(api, 'microtaskDrainDone', {
    get: () => () => zones.run(zones.root, drainDone),
    set(given) {
      drainDone = given;
    },
  });
}
