// Scopes over AsyncLocalStorage, and over what stands in for it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { createAlsScope, createSynchronousStorage } from '../../src/workers/alsScope.js';
import { testScope, testSyncScope } from './scopeContract.js';

const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a scope over AsyncLocalStorage', () => testScope(() => createAlsScope(new AsyncLocalStorage())));

describe('a scope over synchronous storage', () => {
  testScope(() => createAlsScope(createSynchronousStorage()));
  testSyncScope(() => createAlsScope(createSynchronousStorage()));
});

describe('over AsyncLocalStorage', () => {
  test('a frame is kept across an await', async () => {
    const scope = createAlsScope(new AsyncLocalStorage<string>());
    const seen = scope.run('a', async () => {
      await nextTask();
      return scope.current();
    });
    expect(await seen).toBe('a');
  });

  test('fifty flows at once keep each its own frame', async () => {
    const scope = createAlsScope(new AsyncLocalStorage<number>());
    const flow = async (): Promise<unknown> => {
      for (let i = 0; i < 5; i++) await nextTask();
      return scope.current();
    };
    const flows = Array.from({ length: 50 }, (_, i) => scope.run(i, flow));
    expect(await Promise.all(flows)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('a block that was entered does not reach a task that was started before it', async () => {
    const scope = createAlsScope(new AsyncLocalStorage<string>());
    const seen = scope.run('a', () => nextTask().then(() => scope.current()));
    const exit = scope.enter('b');
    exit();
    expect(await seen).toBe('a');
  });
});
