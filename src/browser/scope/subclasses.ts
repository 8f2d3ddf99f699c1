// Sees the `constructor` of promises of subclasses being read, as promises.ts does for the engine's own: a class has a
// `constructor` on its prototype, where ours does not reach.

/** What a read of `constructor` is told of. */
export type OnRead = (promise: unknown) => void;

export interface Subclasses {
  /**
   * Whether reads of the `constructor` of promises with this prototype are told, so that an await of one can be told
   * from code that reads `then` alone. If not, they are from now on, where that can be.
   */
  isFollowed(prototype: object): boolean;
}

export function createSubclasses(promisePrototype: object, onRead: OnRead): Subclasses {
  const followed = new WeakSet<object>([promisePrototype]);

  function follow(prototype: object): boolean {
    for (let holder: object | null = prototype; holder; holder = Object.getPrototypeOf(holder)) {
      if (followed.has(holder)) return true;
      const own = Object.getOwnPropertyDescriptor(holder, 'constructor');
      if (own === undefined) continue;
      if (!('value' in own) || !Reflect.defineProperty(holder, 'constructor', told(holder, own))) return false;
      followed.add(holder);
      return true;
    }
    return false;
  }

  function told(holder: object, own: PropertyDescriptor): PropertyDescriptor {
    let subclass = own.value;
    return {
      get() {
        if (this !== holder) onRead(this);
        return subclass;
      },
      set(value) {
        if (this === holder) subclass = value;
        else
          Object.defineProperty(this, 'constructor', { value, writable: true, enumerable: true, configurable: true });
      },
      enumerable: own.enumerable === true,
      configurable: true,
    };
  }

  return {
    isFollowed(prototype) {
      if (followed.has(prototype)) return true;
      if (follow(prototype)) followed.add(prototype);
      return false;
    },
  };
}
