// WebSockets call their listeners in the context in which those were added; workerd calls them in none.
import type { Invocations } from './invocations.js';

type Listener = ((event: unknown) => unknown) | { handleEvent(event: unknown): unknown } | null | undefined;

let follows = false;

/** Follows the listeners that are added to WebSockets in an invocation from now on. All others are left alone. */
export function followSockets({ fromHere, waitUntil: inWorkerd }: Invocations): void {
  if (follows || !inWorkerd) return;
  follows = true;
  const { prototype } = WebSocket;
  const { addEventListener, removeEventListener } = prototype;
  const followers = new WeakMap<object, Map<Listener, Listener>>();

  // One a socket and listener, as the platform takes the same one only once and has to find it again.
  function followerOf(socket: object, listener: Listener): Listener {
    const inside = fromHere();
    const known = followers.get(socket) ?? new Map<Listener, Listener>();
    if (known.has(listener) || !listener || !inside) return known.get(listener) ?? listener;
    const follower = (event: unknown): unknown =>
      inside(() => (typeof listener === 'function' ? listener.call(socket, event) : listener.handleEvent(event)));
    followers.set(socket, known.set(listener, follower));
    return follower;
  }

  prototype.addEventListener = function (type, listener, ...options) {
    return addEventListener.call(this, type, followerOf(this, listener), ...options);
  };
  prototype.removeEventListener = function (type, listener, ...options) {
    return removeEventListener.call(this, type, followers.get(this)?.get(listener) ?? listener, ...options);
  };
}
