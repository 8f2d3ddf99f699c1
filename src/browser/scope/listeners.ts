// Runs event listeners in the context in which they were added: in none, if that was in none, also when code inside a
// context dispatches the event. The browser's own list of listeners stays the only one, so that their order, the
// microtasks between them and what becomes of their errors are as ever.
import { frozen, nameIn, replaceMethod } from './nativeLooks.js';
import type { Zone, Zones } from './zones.js';

type Wrapper = EventListenerOrEventListenerObject;
type Held<T> = { deref(): T | undefined };

/** A listener of one target, event type and phase. The same function added twice is one listener. */
interface Registration {
  readonly wrapper: Held<Wrapper>;
  /** A signal removes listeners without a word: where there is one, the browser alone keeps it and the wrapper. */
  readonly signal: Held<AbortSignal> | undefined;
  /** How often the page had got another root element when it was made. */
  readonly roots: number;
}

interface Registrations {
  readonly byListener: WeakMap<object, Registration>;
  count: number;
}

export function trackListeners(zones: Zones): void {
  // zone.js has got them already, and carries our zones.
  if (!(zones.symbol('addEventListener') in EventTarget.prototype)) trackEventTarget(zones);
  trackMediaQueries();
}

function trackEventTarget(zones: Zones): void {
  const byTarget = new WeakMap<object, Map<string, Registrations>>();
  let root: unknown;
  let roots = 0;

  /** `document.open()` removes listeners without a word, those of all nodes and of the window, and the root element. */
  function rootsNow(): number {
    const now = globalThis.document?.documentElement;
    if (root !== now) roots++;
    root = now;
    return roots;
  }

  function find(target: object, key: string, listener: object): Registration | undefined {
    const known = byTarget.get(target)?.get(key)?.byListener.get(listener);
    return known?.signal?.deref()?.aborted ? undefined : known;
  }

  function remember(target: object, key: string, listener: object, registration: Registration) {
    const byKey: Map<string, Registrations> = byTarget.get(target) ?? new Map();
    const registrations = byKey.get(key) ?? { byListener: new WeakMap(), count: 0 };
    if (!registrations.byListener.has(listener)) registrations.count++;
    registrations.byListener.set(listener, registration);
    byTarget.set(target, byKey.set(key, registrations));
  }

  function forget(target: object, key: string, listener: object) {
    const byKey = byTarget.get(target);
    const registrations = byKey?.get(key);
    if (registrations?.byListener.delete(listener) && --registrations.count === 0) byKey!.delete(key);
  }

  const { prototype } = EventTarget;
  const nativeRemove = prototype.removeEventListener;
  const isReplaced = replaceMethod(
    prototype,
    'removeEventListener',
    (native) =>
      ({
        removeEventListener(this: unknown, ...args: [type: unknown, listener: unknown, options?: unknown]) {
          const [type, listener, options] = args;
          const target = (this ?? globalThis) as EventTarget;
          if (!isObject(listener) || !isObject(target)) return Reflect.apply(native, this, args);
          const name = `${type}`;
          const capture = Boolean(isObject(options) ? (options as EventListenerOptions).capture : options);
          const key = keyOf(name, capture);
          const known = find(target, key, listener);
          forget(target, key, listener);
          // One from before us is under its own name.
          return native.call(target, name, known?.wrapper.deref() ?? listener, capture);
        },
      }).removeEventListener,
  );
  // What is added by another name could not be removed.
  if (!isReplaced) return void frozen.add(nameIn(prototype, 'addEventListener'));
  replaceMethod(
    prototype,
    'addEventListener',
    (native) =>
      ({
        addEventListener(this: unknown, ...args: [type: unknown, listener: unknown, options?: ListenerOptions]) {
          const [type, listener, options] = args;
          if (!isObject(listener)) return Reflect.apply(native, this, args);
          const target = (this ?? globalThis) as EventTarget;
          const name = `${type}`;
          const read = isObject(options) ? readOnce(options) : options;
          const { capture, once, signal }: AddEventListenerOptions = isObject(read) ? read : { capture: Boolean(read) };
          const key = keyOf(name, capture);
          const known = find(target, key, listener);
          const wrapperBefore = known?.wrapper.deref();
          const now = rootsNow();
          if (wrapperBefore && known!.roots === now) return native.call(target, name, wrapperBefore, read);
          if (wrapperBefore) nativeRemove.call(target, name, wrapperBefore, capture);
          const zone = zones.active() ?? zones.root;
          const wrapper = wrapperOf(zones, zone, listener, () => once && forget(target, key, listener));
          native.call(target, name, wrapper, read);
          remember(target, key, listener, {
            wrapper: signal ? weakly(wrapper) : strongly(wrapper),
            signal: signal && weakly(signal),
            roots: now,
          });
        },
      }).addEventListener,
  );
}

type ListenerOptions = AddEventListenerOptions | boolean;

/** In the browser's order: https://dom.spec.whatwg.org/#dictdef-addeventlisteneroptions; then what it may know beyond. */
function readOnce(options: AddEventListenerOptions): AddEventListenerOptions {
  const { capture, once, passive, signal } = options;
  const read: { [name: string]: any } = { capture, once, passive, signal };
  for (const name in options) if (!(name in read)) read[name] = (options as typeof read)[name];
  return read;
}

const strongly = <T extends object>(value: T): Held<T> => ({ deref: () => value });
const weakly = <T extends object>(value: T): Held<T> =>
  typeof WeakRef === 'function' ? new WeakRef(value) : strongly(value);

const keyOf = (type: string, capture: unknown): string => `${capture ? 'capture' : 'bubble'} ${type}`;

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
  const pair = [
    ['removeListener', 'removeEventListener'],
    ['addListener', 'addEventListener'],
  ] as const;
  // None without the other: each knows what the other did.
  pair.every(([name, method]) => {
    const onTarget = EventTarget.prototype[method];
    return replaceMethod(
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
  });
}
