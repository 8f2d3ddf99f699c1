// zone.js's zones, and the light ones among them that carry frames. Owns which zone is current; patches nothing.

/** A zone of zone.js, as far as it is used here. */
export interface Zone {
  readonly _parent: Zone | null;
  readonly _name: string;
  readonly _properties: object;
  readonly _zoneDelegate: unknown;
  /** Scope, frame, scope, frame, …: light zones alone have it. */
  readonly _slots?: readonly unknown[];
  /** What was current before this zone, once it has been left while another was current over it. */
  _leftFor?: Zone;
}

/** The global `Zone` of zone.js. */
export interface ZoneClass {
  readonly root: Zone;
  __symbol__(name: string): string;
  __load_patch(name: string, patch: ZonePatch, ignoreDuplicate?: boolean): void;
  /** @throws unless the global `Promise` is zone.js's own. */
  assertZonePatched(): void;
}

type ZonePatch = (global: unknown, Zone: ZoneClass, api: ZoneApi) => unknown;

export interface ZoneApi {
  currentZoneFrame(): ZoneFrame;
  /** Called after microtasks, whosever were the last: tells of rejections that nobody handled, each in its zone. */
  microtaskDrainDone(): void;
}

/** zone.js's own frame, the stack of zones; what is in `zone` is current. */
export interface ZoneFrame {
  zone: Zone;
}

export interface Zones {
  readonly root: Zone;
  readonly api: ZoneApi;
  /** The name under which zone.js keeps what it has patched. */
  symbol(name: string): string;
  current(): Zone;
  isActive(): boolean;
  /**
   * A zone with the frames that are current, or nothing where none are. It hangs from the root: what comes back to it
   * later does so where zone.js alone would have lost its zone, and no framework's zone is to hear of it.
   */
  active(): Zone | undefined;
  /** The frame that is current for scope. */
  frameOf(scope: object): unknown;
  /** zone with the frames of the zone from, where it has any. */
  carriedInto(zone: Zone, from: Zone): Zone;
  /** A zone like the current one, with frame current for scope. */
  light(scope: object, frame: unknown): Zone;
  /** Makes zone current and returns the one that was; what was marked is no more. */
  swap(zone: Zone): Zone;
  /** Makes current again what swap returned. */
  restore(zone: Zone): void;
  run<T>(zone: Zone, fn: () => T): T;
  /** fn, run in zone whenever it is called. `this`, arguments and result pass through. */
  bind<F extends (...args: any[]) => unknown>(zone: Zone, fn: F): F;
  /**
   * Makes zone, a fresh light one, current until the function returned is called. If another is current over it by
   * then, that one stays, and zone will not be restored under it.
   */
  enter(zone: Zone): () => void;
  /** The promise whose `constructor` was read last; an await reads its `then` next. See promises.ts. */
  marked: object | undefined;
}

/**
 * A light zone shares the delegate of the nearest real zone, so that entering a context makes two small objects where
 * `fork` makes thirty fields; to zone.js's tasks, counts and `Zone.current.get()` it is a child of that zone.
 */
export function createZones(Zone: ZoneClass): Zones | undefined {
  let api: ZoneApi | undefined;
  Zone.__load_patch('timberlog', (_global, _Zone, given) => {
    api = given;
  });
  // A page's own zone.js notes each patch in User Timing; what it says of ours is none of the page's.
  for (const clear of ['clearMarks', 'clearMeasures'] as const) {
    globalThis.performance?.[clear]?.('Zone:timberlog');
  }
  return api && createZonesOver(Zone, api);
}

function createZonesOver(Zone: ZoneClass, api: ZoneApi): Zones {
  const root = Zone.root;
  const LightZone = lightZoneClass(root);

  const zones: Zones = {
    root,
    api,
    symbol: (name) => Zone.__symbol__(name),
    marked: undefined,
    current: () => api.currentZoneFrame().zone,
    isActive() {
      const { zone } = api.currentZoneFrame();
      return zone !== root && slotsOf(zone) !== undefined;
    },
    active() {
      const { zone } = api.currentZoneFrame();
      const slots = zone === root ? undefined : slotsOf(zone);
      if (slots === undefined) return undefined;
      return zone._slots && zone._parent === root ? zone : new LightZone(root, slots);
    },
    frameOf(scope) {
      const { zone } = api.currentZoneFrame();
      const slots = zone === root ? undefined : slotsOf(zone);
      if (slots) for (let i = 0; i < slots.length; i += 2) if (slots[i] === scope) return slots[i + 1];
      return undefined;
    },
    carriedInto(zone, from) {
      const slots = slotsOf(from);
      if (slots === undefined || slots === slotsOf(zone)) return zone;
      return new LightZone(zoneBeneath(zone), slots);
    },
    light(scope, frame) {
      const { zone } = api.currentZoneFrame();
      return new LightZone(zoneBeneath(zone), withSlot(slotsOf(zone), scope, frame));
    },
    swap(zone) {
      const zoneFrame = api.currentZoneFrame();
      const outer = zoneFrame.zone;
      zoneFrame.zone = zone;
      zones.marked = undefined;
      return outer;
    },
    restore(zone) {
      api.currentZoneFrame().zone = stillEntered(zone);
      zones.marked = undefined;
    },
    run(zone, fn) {
      const outer = zones.swap(zone);
      try {
        return fn();
      } finally {
        zones.restore(outer);
      }
    },
    bind<F extends (...args: any[]) => unknown>(zone: Zone, fn: F) {
      return function (this: unknown, ...args: unknown[]) {
        const outer = zones.swap(zone);
        try {
          return Reflect.apply(fn, this, args);
        } finally {
          zones.restore(outer);
        }
      } as F;
    },
    enter(zone) {
      const zoneFrame = api.currentZoneFrame();
      const outer = zones.swap(zone);
      let isOpen = true;
      return () => {
        const isCurrent = isOpen && zoneFrame.zone === zone && api.currentZoneFrame() === zoneFrame;
        if (isCurrent) zones.restore(outer);
        else if (isOpen) zone._leftFor = outer;
        isOpen = false;
      };
    },
  };
  return zones;
}

/** A constructor function: zone.js's own would make a delegate for each. */
function lightZoneClass(root: Zone) {
  const properties = Object.freeze({});
  function LightZone(this: { -readonly [Key in keyof Zone]: Zone[Key] }, parent: Zone, slots: readonly unknown[]) {
    this._parent = parent;
    this._name = parent._name;
    this._properties = properties;
    this._zoneDelegate = parent._zoneDelegate;
    this._slots = slots;
    this._leftFor = undefined;
  }
  LightZone.prototype = Object.create(Object.getPrototypeOf(root));
  return LightZone as unknown as new (
    parent: Zone,
    slots: readonly unknown[],
  ) => Zone;
}

/** The real zone that a light one hangs from. */
export const zoneBeneath = (zone: Zone): Zone => (zone._slots ? zone._parent! : zone);

function stillEntered(zone: Zone): Zone {
  let entered = zone;
  while (entered._leftFor !== undefined) entered = entered._leftFor;
  return entered;
}

/** Of zone, or of the light zone that it was forked from. */
function slotsOf(zone: Zone): readonly unknown[] | undefined {
  for (let ancestor: Zone | null = zone; ancestor !== null; ancestor = ancestor._parent) {
    if (ancestor._slots !== undefined) return ancestor._slots;
  }
  return undefined;
}

/** Only what is current is copied, never a chain: contexts entered from within contexts for ever keep nothing alive. */
function withSlot(slots: readonly unknown[] = [], scope: object, frame: unknown): readonly unknown[] {
  const others: unknown[] = [];
  for (let i = 0; i < slots.length; i += 2) if (slots[i] !== scope) others.push(slots[i], slots[i + 1]);
  return [scope, frame, ...others];
}
