// Handlers with another fetch, and otherwise as they were: for plain, frozen and class-made ones alike.

/** An object that looks and works like handlers, but for its `fetch`. What is called or set on it is so on handlers. */
export function withFetch<Handlers extends object>(handlers: Handlers, fetch: unknown): Handlers {
  const calledOnHandlers = new WeakMap<object, object>();

  // On the proxy itself a method would find none of its object's private fields.
  function callOnHandlers(method: (...args: any[]) => unknown): object {
    const known = calledOnHandlers.get(method);
    if (known) return known;
    const called = new Proxy(method, {
      apply: (_, self, args) => Reflect.apply(method, self === shown ? handlers : self, args),
    });
    calledOnHandlers.set(method, called);
    return called;
  }

  // Its target is an empty object: over a frozen one a proxy may show nothing but what is there.
  const shown: Handlers = new Proxy(Object.create(handlers) as Handlers, {
    get(_, name) {
      if (name === 'fetch') return fetch;
      const value: unknown = Reflect.get(handlers, name, handlers);
      return typeof value === 'function' && name !== 'constructor' ? callOnHandlers(value as () => unknown) : value;
    },
    set: (_, name, value) => Reflect.set(handlers, name, value, handlers),
    ownKeys: () => Reflect.ownKeys(handlers),
    getOwnPropertyDescriptor(_, name) {
      const own = Reflect.getOwnPropertyDescriptor(handlers, name);
      return own && { ...own, configurable: true };
    },
  });
  return shown;
}
