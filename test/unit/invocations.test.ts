// What code carries: one storage for the frames of all contexts, and the invocation they are part of.
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { createContextOver } from '../../src/core/context.js';
import type { Frame } from '../../src/core/frame.js';
import type { Context } from '../../src/core/types.js';
import { createAlsScope, createSynchronousStorage, type Storage } from '../../src/workers/alsScope.js';
import { createFlushing } from '../../src/workers/flushing.js';
import { createInvocations, type Invocation } from '../../src/workers/invocations.js';
import { testScope, testSyncScope } from './scopeContract.js';

const storages: [string, <T>() => Storage<T>][] = [
  ['AsyncLocalStorage', () => new AsyncLocalStorage()],
  ['synchronous storage', createSynchronousStorage],
];

const options = { followsAwaits: true, isInSome: () => false, waitUntil: undefined };

function createRig(createStorage: <T>() => Storage<T> = () => new AsyncLocalStorage()) {
  const invocations = createInvocations(createStorage, options);
  function createContext(): Context {
    const created: Context = createContextOver(
      createAlsScope<Frame>(invocations.storageOf(() => created)),
      queueMicrotask,
    );
    return created;
  }
  const invoke = <T>(fn: () => T): T => {
    const flushing = createFlushing([], true);
    const invocation: Invocation = {
      ...{ invocations, loggers: [], flushing, frames: new Map(), facts: () => ({}), tell() {} },
    };
    return invocations.begin(invocation)(fn);
  };
  return { invocations, createContext, invoke };
}

// Contexts are for frames; any value is one here.
const scopeOver = (createStorage: <T>() => Storage<T>) =>
  createAlsScope<any>(createInvocations(createStorage, options).storageOf(() => undefined as any));

describe.each(storages)('a scope over shared %s', (_, createStorage) => testScope(() => scopeOver(createStorage)));

describe('a scope over shared synchronous storage', () => testSyncScope(() => scopeOver(createSynchronousStorage)));

test('two contexts in one storage are each as they were entered, however they are nested', () => {
  const { createContext } = createRig();
  const [one, other] = [createContext(), createContext()];
  const seen = one({ a: 1 }, () => other({ b: 1 }, () => one({ a2: 1 }, () => [one.get(), other.get()])));
  expect(seen).toEqual([{ a: 1, a2: 1 }, { b: 1 }]);
});

test('a context that was entered once costs no other one anything, however deep', () => {
  const stores: any[] = [];
  const storage = createSynchronousStorage<any>();
  const { createContext } = createRig(() => ({
    run(store, fn) {
      stores.push(store);
      return storage.run(store as any, fn);
    },
    getStore: () => storage.getStore(),
  }));
  const [one, other] = [createContext(), createContext()];
  const enter = (depth: number): unknown => other({ b: depth }, () => depth > 0 && enter(depth - 1));
  one({ a: 1 }, () => enter(50));
  const lengthOf = (place: any): number => (place ? 1 + lengthOf(place.outer) : 0);
  expect(Math.max(...stores.map(lengthOf))).toBe(2);
});

test('an invocation inside another starts with the base of that, and its scopes are gone', () => {
  const { createContext, invoke } = createRig();
  const context = createContext();
  const seen = invoke(() => {
    context.set({ user: 'Ann' });
    return context({ job: 1 }, () => invoke(() => context.get()));
  });
  expect(seen).toEqual({ user: 'Ann' });
});

test('what an invocation inside another sets is not in the other one', () => {
  const { createContext, invoke } = createRig();
  const context = createContext();
  const seen = invoke(() => {
    invoke(() => context.set({ user: 'Ann' }));
    return context.get();
  });
  expect(seen).toEqual({});
});

test('a function from here runs here: in the invocation and the scopes of all contexts', () => {
  const { invocations, createContext, invoke } = createRig();
  const [one, other] = [createContext(), createContext()];
  const inside = invoke(() => {
    one.set({ user: 'Ann' });
    return one({ a: 1 }, () => other({ b: 1 }, () => invocations.fromHere()));
  });
  expect(inside?.(() => [one.get(), other.get()])).toEqual([{ user: 'Ann', a: 1 }, { b: 1 }]);
  expect([one.get(), other.get()]).toEqual([{}, {}]);
});
