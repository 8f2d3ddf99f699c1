// A Worker without a compatibility flag that gives AsyncLocalStorage: what still works, and what is told.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('a Worker without the flag', (startWorker) => {
  async function visit(...paths: string[]) {
    const collector = await startCollector();
    const bindings = { ENDPOINT: collector.endpoint };
    const worker = await startWorker({ fixture: 'withoutAsyncHooks', bindings, asyncHooks: 'none' });
    for (const path of paths) expect(await worker.visit(path)).toBe('ok');
    return { collector, worker };
  }

  test('without nodejs_als a Worker starts, and is told once which flag it lacks', async () => {
    const { worker } = await visit('/cart', '/cart');
    const printed = await worker.printed();
    expect(printed.split('\n')).toEqual([expect.stringMatching(/^timberlog: .*compatibility flag nodejs_als/)]);
  });

  test('without nodejs_als a child logger carries its fields across awaits', async () => {
    const { collector } = await visit('/child');
    expect((await collector.waitForMessage('child')).context.custom).toEqual({ order: { id: 7 } });
  });

  test('without nodejs_als a scope is kept in synchronous code', async () => {
    const { collector } = await visit('/scope');
    const { context } = await collector.waitForMessage('scope');
    expect([context.http.path, context.custom]).toEqual(['/scope', { order: { id: 7 } }]);
  });

  test('without nodejs_als a context is missing after an await', async () => {
    const { collector } = await visit('/awaiting');
    expect((await collector.waitForMessage('awaited')).context).toBeUndefined();
  });

  test('without nodejs_als what is set after an await is on no line of another request', async () => {
    const { collector } = await visit('/login', '/cart');
    expect((await collector.waitForMessage('cart')).context.user).toBeUndefined();
  });

  test('without nodejs_als what is set after an await is told to do nothing', async () => {
    const { worker } = await visit('/login', '/login');
    const told = (await worker.printed()).split('\n').filter((sentence) => sentence.includes('context.set'));
    expect(told).toEqual([expect.stringMatching(/^timberlog: context\.set did nothing/)]);
  });
});
