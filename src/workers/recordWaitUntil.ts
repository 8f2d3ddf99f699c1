// The ctx that an application gets: the platform's own, but that we are told what is left behind in waitUntil.
import type { Invocation } from './invocations.js';

interface Waiting {
  waitUntil(work: Promise<unknown>): void;
}

/** Servers of Node, Deno and Bun, and an application's own tests, may call handlers without a ctx. */
export const canWait = (ctx: unknown): ctx is Waiting => typeof (ctx as Waiting | undefined)?.waitUntil === 'function';

/** A ctx that works like the one given, and whose `waitUntil` tells the invocation, which flushes after that work. */
export function recordWaitUntil<C>(ctx: C, invocationOf: () => Invocation | undefined): C {
  if (!canWait(ctx)) return ctx;
  const waitUntil = (work: Promise<unknown>): void => {
    invocationOf()?.flushing.background.push(work);
    ctx.waitUntil(work);
  };
  return new Proxy(ctx, {
    get(target, name) {
      if (name === 'waitUntil') return waitUntil;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value; // the platform's methods want their own `this`
    },
  });
}
