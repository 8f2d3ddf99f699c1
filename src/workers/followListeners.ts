// Listeners are called in the context in which they were added. workerd calls those of WebSockets and of AbortSignals
// in none, and those of other targets in that of whoever dispatches.
import type { Invocations } from './invocations.js';

type Listener = ((event: unknown) => unknown) | { handleEvent(event: unknown): unknown } | null | undefined;

let follows = false;

/** Follows the listeners that are added in an invocation from now on. All others are left alone. */
export function followListeners({ fromHere, waitUntil: inWorkerd }: Invocations): void {
  if (follows || !inWorkerd) return;
  follows = true;
  const { prototype } = EventTarget;
  const { addEventListener, removeEventListener } = prototype;
  const followers = new WeakMap<object, Map<Listener, Listener>>();

  // One a target and listener, as the platform takes the same one only once, and has to find it again.
  function followerOf(target: object, listener: Listener): Listener {
    const inside = fromHere();
    const known = followers.get(target) ?? new Map<Listener, Listener>();
    if (known.has(listener) || !listener || !inside) return known.get(listener) ?? listener;
    const follower = (event: unknown): unknown =>
      inside(() => (typeof listener === 'function' ? listener.call(target, event) : listener.handleEvent(event)));
    followers.set(target, known.set(listener, follower));
    return follower;
  }

  prototype.addEventListener = function (type, listener, ...options) {
    return addEventListener.call(this, type, followerOf(this, listener), ...options);
  };
  prototype.removeEventListener = function (type, listener, ...options) {
    return removeEventListener.call(this, type, followers.get(this)?.get(listener) ?? listener, ...options);
  };
}
