// Runs event listeners and `on…` properties in the context in which they were added: in none, if that was in none, also
// when code inside a context dispatches the event. The browser's own list of listeners stays the only one, so that
// their order, the microtasks between them and what becomes of their errors are as ever.
import { lookLike, originalOf, replaceMethod, standFor } from './nativeLooks.js';
import type { Zone, Zones } from './zones.js';

type Callback = (this: unknown, ...args: any[]) => unknown;

/** A listener of one target, event type and phase. The same function added twice is one listener. */
interface Registration {
  readonly wrapper: EventListener;
  readonly signal: AbortSignal | undefined;
}
type Registrations = Map<string, WeakMap<object, Registration>>; // weak: a signal removes without a word

/** Interfaces with `on…` properties; the global scope has its own. */
const withOnProperties = [
  ...['Document', 'Element', 'HTMLElement', 'SVGElement', 'MathMLElement', 'HTMLBodyElement', 'HTMLFrameSetElement'],
  ...['HTMLMediaElement', 'ShadowRoot', 'XMLHttpRequestEventTarget', 'XMLHttpRequest', 'FileReader', 'WebSocket'],
  ...['EventSource', 'MessagePort', 'BroadcastChannel', 'Worker', 'SharedWorker', 'AbortSignal', 'MediaQueryList'],
  ...['IDBRequest', 'IDBOpenDBRequest', 'IDBTransaction', 'IDBDatabase', 'Animation', 'Performance'],
];

export function trackListeners(zones: Zones): void {
  const page = globalThis as { [name: string]: any };
  if (!(zones.symbol('addEventListener') in EventTarget.prototype)) trackEventTarget(zones);
  trackOnProperties(zones, page);
  // A worker's global scope inherits its own.
  for (let scope = Object.getPrototypeOf(page); scope && scope !== EventTarget.prototype; ) {
    trackOnProperties(zones, scope);
    scope = Object.getPrototypeOf(scope);
  }
  for (const name of withOnProperties) if (page[name]?.prototype) trackOnProperties(zones, page[name].prototype);
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
          const wrapper = function (this: unknown, event: Event) {
            if (once) forget(target, key, listener);
            return call(zones, zone, listener, this, event);
          };
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

function call(zones: Zones, zone: Zone, listener: object, target: unknown, event: Event): void {
  const outer = zones.swap(zone);
  try {
    if (typeof listener === 'function') listener.call(target, event);
    else (listener as EventListenerObject).handleEvent(event);
  } finally {
    zones.restore(outer);
  }
}

function trackOnProperties(zones: Zones, holder: object): void {
  for (const name of Object.getOwnPropertyNames(holder)) {
    if (!name.startsWith('on')) continue;
    const descriptor = Object.getOwnPropertyDescriptor(holder, name)!;
    const { get, set, configurable } = descriptor;
    if (!get || !set || !configurable || Object.hasOwn(holder, zones.symbol(`on${name}patched`))) continue;
    Object.defineProperty(holder, name, {
      ...descriptor,
      get: lookLike(
        {
          get(this: unknown) {
            const callback = get.call(this);
            return originalOf(callback) ?? callback;
          },
        }.get,
        get,
      ),
      set: lookLike(
        {
          set(this: unknown, callback: unknown) {
            const isCallable = typeof callback === 'function';
            set.call(
              this,
              isCallable
                ? standFor(zones.bind(zones.active() ?? zones.root, callback as Callback), callback)
                : callback,
            );
          },
        }.set,
        set,
      ),
    });
  }
}
