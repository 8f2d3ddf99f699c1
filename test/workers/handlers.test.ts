// The handlers that `withTimber` wraps work as they did: classes, private fields, accessors.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('wrapped handlers', (startWorker) => {
  async function start(fixture: string) {
    const collector = await startCollector();
    const worker = await startWorker({ fixture, bindings: { ENDPOINT: collector.endpoint } });
    return { collector, worker };
  }

  test('a fetch reaches the private fields, accessors and methods of its class', async () => {
    const { worker } = await start('shopClass');
    expect(JSON.parse(await worker.visit('/'))).toEqual([1, 'shop', true]);
  });

  test('another handler reaches the private fields of its class', async () => {
    const { worker } = await start('shopClass');
    expect(await worker.runScheduled()).toBe('ok');
  });

  test('the instance of a class, wrapped, looks and works like one', async () => {
    const { worker } = await start('shopClass');
    expect(JSON.parse(await worker.visit('/looks'))).toEqual({
      isShop: true,
      names: ['name', 'isOpen'],
      visits: 2,
      isStable: true,
    });
  });

  test('frozen handlers are wrapped like others', async () => {
    const { collector, worker } = await start('handlers');
    expect(await worker.visit('/frozen')).toBe('frozen');
    expect((await collector.waitForMessage('frozen')).context.http.path).toBe('/frozen');
  });

  test('other functions of frozen handlers work as before', async () => {
    const { worker } = await start('handlers');
    expect(await worker.visit('/frozen/rename')).toBe('renamed');
  });

  test('a child logger may be given: the exceptions that withTimber logs carry its fields', async () => {
    const { collector, worker } = await start('handlers');
    await worker.visit('/child');
    expect((await collector.waitForMessage('no such product')).context.custom).toEqual({ service: 'api' });
  });

  test('the Response comes back as the same object', async () => {
    const { worker } = await start('handlers');
    expect(await worker.visit('/identity')).toBe('true');
  });

  test('what the platform gives as ctx works: props, passThroughOnException, waitUntil on its own', async () => {
    const { collector, worker } = await start('handlers');
    expect(await worker.visit('/platform')).toBe('{}');
    expect((await collector.waitForMessage('destructured')).context.http.path).toBe('/platform');
  });
});
