// WorkerEntrypoint classes: each call is an invocation, and the class is as it was.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('an entrypoint class', (startWorker) => {
  async function call(path: string) {
    const collector = await startCollector();
    const entrypoint = (name: string) => ({ name: 'worker', entrypoint: name });
    const worker = await startWorker({
      fixture: 'entrypoints',
      bindings: { ENDPOINT: collector.endpoint, CITY: 'Bergen' },
      platform: {
        serviceBindings: {
          ...{ STOCK: entrypoint('Stock'), TWO: entrypoint('StockOfTwo'), FIELDS: entrypoint('Fields') },
        },
      },
    });
    return { collector, answer: JSON.parse(await worker.visit(path)) };
  }

  test('answers an RPC call, in one invocation with what it calls of itself, each line of which says which', async () => {
    const { collector, answer } = await call('/count');
    const lines = await collector.waitForLines(3);
    const rpc = { entrypoint: 'Stock', method: 'count' };
    expect(answer).toBe(3);
    expect(lines.map(({ message, context }) => [message, context])).toEqual([
      ['counted', { user: { id: 'spoon' }, custom: { rpc } }],
      ['looked', { user: { id: 'spoon' }, custom: { rpc } }],
      ['count ok', { user: { id: 'spoon' }, custom: { rpc } }],
    ]);
    expect(collector.requests).toHaveLength(1);
  });

  test('answers calls of the methods that it inherits', async () => {
    const { collector, answer } = await call('/where');
    expect(answer).toBe('Bergen');
    expect((await collector.waitForMessage('where')).context.custom.rpc.method).toBe('where');
  });

  test('gives what its accessors give', async () => {
    expect((await call('/open')).answer).toBe(true);
  });

  test('gives objects that can be called before they have arrived; these calls have no context', async () => {
    const { collector, answer } = await call('/pipelined');
    expect(answer).toBe(3);
    expect((await collector.waitForMessage('read')).context).toBeUndefined();
  });

  test('refuses methods that it has not', async () => {
    expect((await call('/missing')).answer).toContain('does not implement the method "steal"');
  });

  test('may have a subclass, whose calls of wrapped methods are followed', async () => {
    const { collector, answer } = await call('/double');
    expect(answer).toBe(6);
    expect((await collector.waitForMessage('looked')).context.custom.rpc.method).toBe('look');
  });

  test('answers requests, and its lines leave with those of its waitUntil in one sub-request', async () => {
    const { collector, answer } = await call('/fetch');
    const lines = await collector.waitForLines(3);
    expect(answer).toBe('/shelf');
    expect(lines.map(({ message, context }) => [message, context.http.path])).toEqual([
      ['stock asked', '/shelf'],
      ['GET /shelf 200', '/shelf'],
      ['stock asked for later', '/shelf'],
    ]);
    expect(collector.requests).toHaveLength(1);
  });

  test('answers requests by a field, too', async () => {
    const { collector, answer } = await call('/field');
    expect(answer).toBe('field');
    expect((await collector.waitForMessage('field asked')).context.http.host).toBe('stock.test');
  });

  test('passes what its methods throw on, with a line of it', async () => {
    const { collector, answer } = await call('/fail');
    const { level, event, context } = await collector.waitForMessage('no such product');
    expect([answer, level, event.error.name, context.custom.rpc.method]).toEqual([
      'RangeError: no such product',
      ...['error', 'RangeError', 'fail'],
    ]);
  });

  test('may be the default export, with handlers for all kinds of events', async () => {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'defaultEntrypoint', bindings: { ENDPOINT: collector.endpoint } });
    expect(await worker.visit('/orders')).toBe('http://shop.test/orders');
    expect(await worker.runScheduled()).toBe('ok');
    const lines = await collector.waitForLines(4);
    expect(lines.map(({ message, context }) => [message, context.http?.path, context.custom?.cron?.schedule])).toEqual([
      ['asked', '/orders', undefined],
      ['GET /orders 200', '/orders', undefined],
      ['scheduled 0 * * * *', undefined, '0 * * * *'],
      ['scheduled ok', undefined, '0 * * * *'],
    ]);
  });

  test('keeps name, statics, private fields, prototype chain and the looks of its methods', async () => {
    expect((await call('/looks')).answer).toEqual(['Stock', 2027, 2027, 'stock', true, 'count', 1, false]);
  });
});
