// Binds callbacks to the context that is current when they are handed over. In no context the native function gets
// exactly what the page gave, but for callbacks that code in a context can cause to be called synchronously.
import { frozen, originalOf, replaceMethod, standFor } from './nativeLooks.js';
import type { Zone, Zones } from './zones.js';

type Callback = (...args: any[]) => unknown;

/** Where a callback is among the arguments: at a place, or at members of the object at a place. */
type Place = number | readonly [place: number, ...members: string[]];

/** Method names by the interface that has them, or that has them as statics. '' is the global scope itself. */
const methods: { readonly [owner: string]: { readonly [method: string]: readonly Place[] } } = {
  '': {
    setTimeout: [0],
    setInterval: [0],
    requestAnimationFrame: [0],
    webkitRequestAnimationFrame: [0],
    requestIdleCallback: [0],
    queueMicrotask: [0],
    webkitRequestFileSystem: [2, 3],
    webkitResolveLocalFileSystemURL: [1, 2],
  },
  BaseAudioContext: { decodeAudioData: [1, 2] },
  DataTransferItem: { getAsString: [0] },
  Document: { startViewTransition: [0, [0, 'update']] },
  Element: { startViewTransition: [0, [0, 'update']] },
  FileSystemDirectoryEntry: { getFile: [2, 3], getDirectory: [2, 3] },
  FileSystemDirectoryReader: { readEntries: [0, 1] },
  FileSystemEntry: { getParent: [0, 1] },
  FileSystemFileEntry: { file: [0, 1] },
  Geolocation: { getCurrentPosition: [0, 1], watchPosition: [0, 1] },
  HTMLCanvasElement: { toBlob: [0] },
  HTMLVideoElement: { requestVideoFrameCallback: [0] },
  LaunchQueue: { setConsumer: [0] },
  LockManager: { request: [1, 2] },
  MediaSession: { setActionHandler: [1] },
  NavigationPrecommitController: { addHandler: [0] },
  Navigator: { getUserMedia: [1, 2], mozGetUserMedia: [1, 2], webkitGetUserMedia: [1, 2] },
  Notification: { requestPermission: [0] },
  RemotePlayback: { watchAvailability: [0] },
  RTCPeerConnection: {
    createOffer: [0, 1],
    createAnswer: [0, 1],
    setLocalDescription: [1, 2],
    setRemoteDescription: [1, 2],
    addIceCandidate: [1, 2],
  },
  Scheduler: { postTask: [0] },
  XRSession: { requestAnimationFrame: [0] },
};

const constructors: { readonly [name: string]: readonly Place[] } = {
  FinalizationRegistry: [0],
  IntersectionObserver: [0],
  MutationObserver: [0],
  PerformanceObserver: [0],
  PressureObserver: [0],
  ReportingObserver: [0],
  ResizeObserver: [0],
  WebKitMutationObserver: [0],
  AudioDecoder: [[0, 'output', 'error']],
  AudioEncoder: [[0, 'output', 'error']],
  VideoDecoder: [[0, 'output', 'error']],
  VideoEncoder: [[0, 'output', 'error']],
};

/** Their callbacks come synchronously too: `read()` calls a stream's `pull`, `navigate()` a navigation's handler. */
const synchronousMethods: typeof methods = {
  NavigateEvent: { intercept: [[0, 'handler', 'precommitHandler']] },
};
const synchronousConstructors: typeof constructors = {
  ReadableStream: [
    [0, 'start', 'pull', 'cancel'],
    [1, 'size'],
  ],
  TransformStream: [
    [0, 'start', 'transform', 'flush', 'cancel'],
    [1, 'size'],
    [2, 'size'],
  ],
  WritableStream: [
    [0, 'start', 'write', 'close', 'abort'],
    [1, 'size'],
  ],
};

/** The interfaces that inherit from one of these. */
const heirs: { readonly [name: string]: readonly string[] } = {
  ReadableStream: ['WebTransportReceiveStream'],
  WritableStream: ['FileSystemWritableFileStream', 'WebTransportSendStream'],
};

export function trackCallbacks(zones: Zones): void {
  const active = () => zones.active();
  const activeOrRoot = () => zones.active() ?? zones.root;
  trackMethods(zones, methods, active);
  trackMethods(zones, synchronousMethods, activeOrRoot);
  trackConstructors(zones, constructors, active);
  trackConstructors(zones, synchronousConstructors, activeOrRoot);
  trackStreamsFrom(zones, activeOrRoot);
}

type ZoneToBind = () => Zone | undefined;

/** `ReadableStream.from(iterable)` calls the iterator as a source's `pull` is called. */
function trackStreamsFrom(zones: Zones, zoneToBind: () => Zone): void {
  const { ReadableStream } = globalThis as { ReadableStream?: object };
  replaceMethod(
    ReadableStream,
    'from',
    (native) =>
      ({
        from(this: unknown, ...args: unknown[]) {
          const [iterable] = args;
          if (typeof iterable !== 'object' || iterable === null) return Reflect.apply(native, this, args);
          return native.call(this, boundIterable(zones, zoneToBind(), iterable));
        },
      }).from,
  );
}

const boundIterable = (zones: Zones, zone: Zone, iterable: object): object =>
  new Proxy(
    {},
    {
      get(_target, key) {
        const member = Reflect.get(iterable, key);
        const makesIterator = key === Symbol.asyncIterator || key === Symbol.iterator;
        if (!makesIterator || typeof member !== 'function') return member;
        return () => {
          const iterator = Reflect.apply(member, iterable, []);
          const isObject = typeof iterator === 'object' && iterator !== null;
          return isObject ? withBoundMembers(zones, zone, iterator, ['next', 'return']) : iterator;
        };
      },
    },
  );

function trackMethods(zones: Zones, owners: typeof methods, zoneToBind: ZoneToBind): void {
  const page = globalThis as { [name: string]: any };
  for (const [owner, places] of Object.entries(owners)) {
    const face = owner === '' ? page : page[owner];
    for (const [method, at] of Object.entries(places)) {
      const holder = face && method in face ? face : face?.prototype;
      // zone.js has got it already, and carries our zones.
      if (holder === undefined || zones.symbol(method) in holder) continue;
      replaceMethod(
        holder,
        method,
        (native) =>
          ({
            method(this: unknown, ...args: unknown[]) {
              bindIn(zones, args, at, zoneToBind());
              return Reflect.apply(native, this, args);
            },
          }).method,
      );
    }
  }
}

/** Classes stay the native ones: instances, prototype and what a callback is given are the browser's. */
function trackConstructors(zones: Zones, places: typeof constructors, zoneToBind: ZoneToBind): void {
  const page = globalThis as { [name: string]: any };
  for (const [name, at] of Object.entries(places)) {
    const descriptor = Object.getOwnPropertyDescriptor(page, name);
    const native = descriptor?.value;
    if (typeof native !== 'function' || zones.symbol(name) in page) continue;
    // An alias of one that has been done.
    const known = native.prototype.constructor;
    const isKnown = known !== native && originalOf(known) === native;
    const tracked = isKnown ? known : trackedClass(zones, native, at, zoneToBind);
    // Both or neither: a class is its prototype's constructor.
    const isReplaceable = descriptor!.configurable || descriptor!.writable;
    if (!isReplaceable || !Reflect.defineProperty(native.prototype, 'constructor', { value: tracked })) {
      frozen.add(native.name);
      continue;
    }
    Reflect.defineProperty(page, name, { ...descriptor, value: tracked });
    for (const heir of heirs[name] ?? []) {
      if (page[heir] && Object.getPrototypeOf(page[heir]) === native) Reflect.setPrototypeOf(page[heir], tracked);
    }
  }
}

function trackedClass(zones: Zones, native: Callback, places: readonly Place[], zoneToBind: ZoneToBind): object {
  const tracked = new Proxy(native, {
    construct(target, args, newTarget) {
      bindIn(zones, args, places, zoneToBind());
      return Reflect.construct(target, args, newTarget);
    },
  });
  return standFor(tracked, native);
}

function bindIn(zones: Zones, args: unknown[], places: readonly Place[], zone: Zone | undefined): void {
  if (zone === undefined) return;
  for (const at of places) {
    const [place, ...members] = typeof at === 'number' ? [at] : at;
    const given = args[place];
    if (members.length === 0 && typeof given === 'function') args[place] = zones.bind(zone, given as Callback);
    if (members.length > 0 && typeof given === 'object' && given !== null) {
      args[place] = withBoundMembers(zones, zone, given, members);
    }
  }
}

/** given, as the browser reads it: its members in the same order, once each, and they are called on given itself. */
function withBoundMembers(zones: Zones, zone: Zone, given: object, members: readonly string[]): object {
  const handed: object = new Proxy(
    {},
    {
      get(_target, key) {
        const member = Reflect.get(given, key);
        if (typeof member !== 'function' || !members.includes(key as string)) return member;
        const bound = zones.bind(zone, member as Callback);
        return function (this: unknown, ...args: unknown[]) {
          return Reflect.apply(bound, this === handed ? given : this, args);
        };
      },
      has: (_target, key) => Reflect.has(given, key),
    },
  );
  return handed;
}
