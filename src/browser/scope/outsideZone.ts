// The way out of the application's zone, for our own timers, requests and storage: no context is current in what they
// call, and no framework sees a task.
import type { Tracking } from './zone.js';

/** Where the tracking of this page or worker is kept: one for all copies of this version of its making. */
export const trackingKey = Symbol.for('timberlog.tracking.1');

/** Runs fn in the root zone, with no context current, and returns what fn returns. */
export function outside<T>(fn: () => T): T {
  const tracking = (globalThis as { [trackingKey]?: Tracking })[trackingKey];
  return tracking === undefined ? fn() : tracking.outside(fn);
}
