// Runs event listeners in the context in which they were added: in none, if that was in none, also when code inside a
// context dispatches the event. The browser's own list of listeners stays the only one, so that their order, the
// microtasks between them and what becomes of their errors are as ever.
import { replaceMethod } from './nativeLooks.js';
import type { Zone, Zones } from './zones.js';

/** A listener of one target, event type and phase. The same function added twice is one listener. */
interface Registration {
  readonly wrapper: EventListenerOrEventListenerObject;
  readonly signal: AbortSignal | undefined;
}
type Registrations = Map<string, WeakMap<object, Registration>>; // weak: a signal removes without a word

export function trackListeners(zones: Zones): void {
  // zone.js has got them already, and carries our zones.
  if (!(zones.symbol('addEventListener') in EventTarget.prototype)) trackEventTarget(zones);
  trackMediaQueries();
}

function trackEventTarget(zones: Zones): void {
  const byTarget = new WeakMap<object, Registrations>();
  const find = (target: object, key: string) => byTarget.get(target)?.get(key);

  function remember(target: object, key: string, listener: object, registration: Registration) {
    const registrations: Registrations = byTarget.get(target) ?? new Map();
    const listeners = registrations.get(key) ?? new WeakMap();
    byTarget.set(target, registrations.set(key, listeners.set(listener, registration)));
  }

  function forget(target: object, key: string, listener: object) {
    find(target, key)?.delete(listener);
  }

  replaceMethod(
    EventTarget.prototype,
    'addEventListener',
    (native) =>
      ({
        addEventListener(this: unknown, ...args: [type: unknown, listener: unknown, options?: unknown]) {
          const [type, listener, options] = args;
          if (!isObject(listener)) return Reflect.apply(native, this, args);
          const target = (this ?? globalThis) as EventTarget;
          const name = `${type}`;
          const key = keyOf(name, options);
          const known = find(target, key)?.get(listener);
          if (known && !known.signal?.aborted) return native.call(target, name, known.wrapper, options);
          const { once, signal } = isObject(options) ? (options as AddEventListenerOptions) : {};
          const zone = zones.active() ?? zones.root;
          const wrapper = wrapperOf(zones, zone, listener, () => once && forget(target, key, listener));
          native.call(target, name, wrapper, options);
          remember(target, key, listener, { wrapper, signal });
        },
      }).addEventListener,
  );
  replaceMethod(
    EventTarget.prototype,
    'removeEventListener',
    (native) =>
      ({
        removeEventListener(this: unknown, ...args: [type: unknown, listener: unknown, options?: unknown]) {
          const [type, listener, options] = args;
          const target = (this ?? globalThis) as EventTarget;
          if (!isObject(listener) || !isObject(target)) return Reflect.apply(native, this, args);
          const name = `${type}`;
          const key = keyOf(name, options);
          const known = find(target, key)?.get(listener);
          if (known) forget(target, key, listener);
          // One from before us is under its own name.
          return native.call(target, name, known?.wrapper ?? listener, options);
        },
      }).removeEventListener,
  );
}

const keyOf = (type: string, options: unknown): string =>
  `${(isObject(options) ? (options as EventListenerOptions).capture : options) ? 'capture' : 'bubble'} ${type}`;

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null);

/** For an object an object: where it has no `handleEvent` that can be called, the browser finds that out itself. */
function wrapperOf(zones: Zones, zone: Zone, listener: object, onCall: () => void): EventListenerOrEventListenerObject {
  if (typeof listener === 'function') {
    const bound = zones.bind(zone, listener as EventListener);
    return function (this: unknown, event: Event) {
      onCall();
      return bound.call(this, event);
    };
  }
  return {
    get handleEvent() {
      onCall();
      const handleEvent = zones.run(zone, () => (listener as EventListenerObject).handleEvent);
      if (typeof handleEvent !== 'function') return handleEvent;
      return zones.bind(zone, (event: Event) => handleEvent.call(listener, event));
    },
  };
}

/** https://drafts.csswg.org/cssom-view/#dom-mediaquerylist-addlistener */
function trackMediaQueries(): void {
  const { MediaQueryList } = globalThis as { MediaQueryList?: { prototype: object } };
  for (const [name, method] of [
    ['addListener', 'addEventListener'],
    ['removeListener', 'removeEventListener'],
  ] as const) {
    const onTarget = EventTarget.prototype[method];
    replaceMethod(
      MediaQueryList?.prototype,
      name,
      (native) =>
        ({
          method(this: unknown, ...args: unknown[]) {
            const [listener] = args;
            if (!isObject(listener)) return Reflect.apply(native, this, args);
            Reflect.apply(native, this, [null]); // does nothing, but refuses what is no media query
            return Reflect.apply(onTarget, this, ['change', listener]);
          },
        }).method,
    );
  }
}
