// A class that the platform makes objects of, as a subclass: each call of a method is an invocation. All else is the
// class's own: private fields, statics, accessors, and what its methods call of each other.
import { type FactsOf, platformFacts } from './facts.js';
import type { Invocation } from './invocations.js';
import { createInvoke, type InvocationOptions, type Invoke, type Loggers } from './invoke.js';

export type AnyClass = new (...args: any[]) => object;
type Method = (...args: any[]) => unknown;

/** What an object was made with. */
export interface Made {
  readonly ctx: any;
  readonly env: any;
  /** The call of one of its methods that began last. */
  latest?: Invocation;
}

export interface Methods {
  /** Of the methods that the platform calls by name; they may be fields too. */
  readonly known: { readonly [name: string]: FactsOf };
  /** Of all others, which are called by RPC. @default they are left alone */
  rpc?(method: string): object;
  /** Of all calls. @default none */
  always?(made: Made): object;
  /** Makes the object: make takes its ctx. */
  construct(made: Made, make: (ctx: unknown) => object, invoke: Invoke): unknown;
  /** What a method is called with in place of args. @default args */
  argsFor?(invocation: Invocation, args: any[]): any[];
  /** Calls may take days. @default false */
  readonly isLong?: boolean;
}

/** What is no method, and handlers that withTimber leaves alone too. */
const leftAlone: readonly string[] = ['constructor', 'connect', 'test', 'tailStream'];

/** Class, each call of whose methods is an invocation; Class itself where there is no logger for that. */
export function withMethods<C extends AnyClass>(
  loggers: Loggers,
  Class: C,
  options: InvocationOptions,
  methods: Methods,
): C {
  const invoke = createInvoke(loggers, options);
  if (!invoke) return Class;
  const { known, rpc, always, construct, argsFor, isLong } = methods;
  const madeWith = new WeakMap<object, Made>();

  const followed = (name: string, method: Method): Method =>
    new Proxy(method, {
      apply(_, self, args) {
        const made = madeWith.get(self);
        if (!made) return Reflect.apply(method, self, args); // its constructor calls it
        const facts = (): object => ({
          ...platformFacts(made.env, name, args[0]),
          ...always?.(made),
          ...(Object.hasOwn(known, name) ? known[name]?.(args[0], options.client) : rpc?.(name)),
        });
        return invoke({ ...made, name, owner: self, isLong, facts }, (invocation) => {
          made.latest = invocation;
          return Reflect.apply(method, self, argsFor?.(invocation, args) ?? args);
        });
      },
    });

  const Followed = class extends (Class as AnyClass) {};
  for (const [name, method] of methodsOf(Class)) {
    const isCalled = Object.hasOwn(known, name) || (rpc && !leftAlone.includes(name));
    if (isCalled) Object.defineProperty(Followed.prototype, name, { ...method, value: followed(name, method.value) });
  }

  // What is asked of the class the class answers itself: on a subclass its statics would find no private fields.
  const shown: AnyClass = new Proxy(Followed, {
    get(_, name) {
      const value = Reflect.get(name === 'prototype' ? Followed : Class, name);
      return typeof value === 'function' && Object.hasOwn(Class, name) ? ownStatic(value) : value;
    },
    set: (_, name, value) => Reflect.set(Class, name, value),
    construct(_, [ctx, env, ...rest], maker) {
      const made: Made = { ctx, env };
      const self: any = construct(made, (given) => Reflect.construct(Followed, [given, env, ...rest], maker), invoke);
      madeWith.set(self, made);
      for (const name of Object.keys(known)) if (Object.hasOwn(self, name)) self[name] = followed(name, self[name]);
      return self;
    },
  });
  const ownStatic = (method: Method): Method =>
    new Proxy(method, { apply: (_, self, args) => Reflect.apply(method, self === shown ? Class : self, args) });
  Followed.prototype.constructor = shown;
  return shown as unknown as C;
}

/** Its own and those that it inherits, each by its descriptor. */
function methodsOf(Class: AnyClass): Map<string, PropertyDescriptor> {
  const found = new Map<string, PropertyDescriptor>();
  for (let from = Class.prototype; from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const [name, own] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
      if (typeof own.value === 'function' && !found.has(name)) found.set(name, own);
    }
  }
  return found;
}
