// Handlers with some functions replaced, and otherwise as they were: for plain, frozen and class-made ones alike.

type AnyFunction = (...args: any[]) => unknown;

/** What to call in place of the function of that name, which call calls; `undefined` to leave it. */
export type Replace = (name: string, call: AnyFunction) => AnyFunction | undefined;

/** An object that looks and works like handlers, but for some functions. What is called or set on it is so on handlers. */
export function withHandlers<Handlers extends object>(handlers: Handlers, replace: Replace): Handlers {
  const known = new Map<string | symbol, { readonly fn: AnyFunction; readonly shown: AnyFunction }>();

  // On the proxy itself a function would find none of its object's private fields.
  function show(name: string | symbol, fn: AnyFunction): AnyFunction {
    const before = known.get(name);
    if (before?.fn === fn) return before.shown;
    const replaced = replace(name as string, (...args) => Reflect.apply(fn, handlers, args));
    const shownFn = new Proxy(fn, {
      apply: (_, self, args) =>
        replaced ? replaced(...args) : Reflect.apply(fn, self === shown ? handlers : self, args),
    });
    known.set(name, { fn, shown: shownFn });
    return shownFn;
  }

  // Its target is an empty object: over a frozen one a proxy may show nothing but what is there.
  const shown: Handlers = new Proxy(Object.create(handlers) as Handlers, {
    get(_, name) {
      const value: unknown = Reflect.get(handlers, name, handlers);
      return typeof value === 'function' && name !== 'constructor' ? show(name, value as AnyFunction) : value;
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
