// What `context.set` puts under the lines: at module level under all invocations, in an invocation under its own.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('what context.set puts under the lines', (startWorker) => {
  async function visit(...paths: string[]) {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'base', bindings: { ENDPOINT: collector.endpoint } });
    for (const path of paths) await worker.visit(path);
    return collector;
  }

  test('what was set at module level lies under every invocation', async () => {
    const collector = await visit('/cart');
    const { context } = await collector.waitForMessage('cart');
    expect([context.user, context.custom]).toEqual([{ id: 'nobody' }, { build: { number: 7 } }]);
  });

  test('what an invocation sets is on its later lines', async () => {
    const collector = await visit('/login');
    expect((await collector.waitForMessage('logged in')).context.user).toEqual({ id: 'Ann' });
  });

  test('what an invocation sets inside a scope stays when the scope has ended', async () => {
    const collector = await visit('/login-in-a-scope');
    const { context } = await collector.waitForMessage('logged in');
    expect([context.user, context.custom]).toEqual([{ id: 'Ann' }, { build: { number: 7 } }]);
  });

  test('what an invocation sets is gone in the next one', async () => {
    const collector = await visit('/login', '/cart');
    expect((await collector.waitForMessage('cart')).context.user).toEqual({ id: 'nobody' });
  });

  test('what an invocation sets in a context of its own is on its later lines', async () => {
    const collector = await visit('/audited-login');
    expect((await collector.waitForMessage('login audited')).context).toEqual({ custom: { auditor: { id: 'Bob' } } });
  });

  test('what an invocation sets in a context of its own is gone in the next one', async () => {
    const collector = await visit('/audited-login', '/audited-cart');
    expect((await collector.waitForMessage('cart audited')).context).toBeUndefined();
  });

  test('what is set outside of the invocations that are followed is on no line, and told in one sentence', async () => {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'base', bindings: { ENDPOINT: collector.endpoint } });
    expect(await worker.runScheduled()).toBe('ok');
    await worker.visit('/cart');
    expect((await collector.waitForMessage('cart')).context.user).toEqual({ id: 'nobody' });
    expect(await worker.printed()).toMatch(/^timberlog: context\.set did nothing[^\n]*$/);
  });

  test('what an invocation sets through a function that module code has bound is on no line, and told in one sentence', async () => {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'base', bindings: { ENDPOINT: collector.endpoint } });
    await worker.visit('/login-bound-by-the-module');
    await worker.visit('/cart');
    expect((await collector.waitForMessage('cart')).context.user).toEqual({ id: 'nobody' });
    expect(await worker.printed()).toMatch(/^timberlog: context\.set did nothing[^\n]*$/);
  });
});
