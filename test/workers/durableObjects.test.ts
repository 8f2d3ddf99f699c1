// Durable Objects: whatever calls them is an invocation, whose lines arrive without another one.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('a Durable Object', (startWorker) => {
  async function start() {
    const collector = await startCollector();
    const worker = await startWorker({
      fixture: 'durableObject',
      bindings: { ENDPOINT: collector.endpoint },
      platform: { durableObjects: { CARTS: 'Cart', OLD: 'Old' } },
    });
    const connect = async (path: string) => {
      const { webSocket } = await worker.miniflare.dispatchFetch(`http://shop.test${path}`, {
        headers: { upgrade: 'websocket' },
      });
      webSocket!.accept();
      return webSocket!;
    };
    return { collector, worker, connect };
  }

  test('is called by RPC, each call with its own base and facts', async () => {
    const { collector, worker } = await start();
    expect(JSON.parse(await worker.visit('/add'))).toEqual([1, 2]);
    const lines = await collector.waitForLines(4);
    const added = lines.filter(({ message }) => message === 'added').map(({ context }) => context);
    const custom = { durable_object: { class: 'CartObject', id: expect.stringMatching(/^[0-9a-f]{64}$/) } };
    expect(added).toEqual([
      { user: { id: 'spoon' }, custom: { ...custom, rpc: { method: 'add' } } },
      { user: { id: 'board' }, custom: { ...custom, rpc: { method: 'add' } } },
    ]);
  });

  test('has its own context while it is constructed and loads', async () => {
    const { collector, worker } = await start();
    await worker.visit('/add');
    await collector.waitForLines(4);
    const first = collector.lines.slice(0, 2).map(({ message, context }) => [message, Object.keys(context.custom)]);
    expect(first).toEqual([
      ['constructed', ['durable_object']],
      ['loaded', ['durable_object']],
    ]);
  });

  test('wakes by an alarm, which its lines say', async () => {
    const { collector, worker } = await start();
    await worker.visit('/remind');
    const { context } = await collector.waitForMessage('alarm');
    expect(context.custom.alarm).toEqual({ scheduled_at: expect.stringMatching(/^\d{4}-.*Z$/), retry_count: 0 });
  });

  test('passes what it throws on, with a line of it', async () => {
    const { collector, worker } = await start();
    expect(JSON.parse(await worker.visit('/fail'))).toBe('RangeError: cart is full');
    const { level, context } = await collector.waitForMessage('cart is full');
    expect([level, context.custom.rpc]).toEqual(['error', { method: 'fail' }]);
  });

  test('hears the messages of a hibernating socket, each an invocation', async () => {
    const { collector, connect } = await start();
    const socket = await connect('/hibernating');
    socket.send('hello');
    expect((await collector.waitForMessage('got hello')).context.custom.websocket).toEqual({ event: 'message' });
    socket.close();
    expect((await collector.waitForMessage('hung up')).context.custom.websocket).toEqual({ event: 'close' });
  });

  test('logs what the listener of a hibernating socket throws', async () => {
    const { collector, connect } = await start();
    (await connect('/hibernating')).send('bad');
    expect((await collector.waitForMessage('bad message')).level).toBe('error');
  });

  test('hears the messages of an ordinary socket in the context of the request that opened it', async () => {
    const { collector, connect } = await start();
    const socket = await connect('/ordinary');
    socket.send('hello');
    const heard = await collector.waitForMessage('heard hello');
    expect([heard.context.http.path, heard.context.custom.durable_object.class]).toEqual(['/ordinary', 'CartObject']);
    socket.close();
    expect((await collector.waitForMessage('closed')).context.http).toEqual(heard.context.http);
  });

  test('an ordinary socket has each listener once, and none that was removed', async () => {
    const { collector, connect } = await start();
    const socket = await connect('/ordinary');
    for (const text of ['one', 'two']) socket.send(text);
    await collector.waitForMessage('heard two');
    const heard = collector.lines.map(({ message }) => message).filter((message) => /heard|nobody/.test(message));
    expect(heard).toEqual(['heard one', 'heard two']);
  });

  test('hears of other events in the context of the call that listens, too', async () => {
    const { collector, worker } = await start();
    await worker.visit('/timeout');
    expect((await collector.waitForMessage('timed out')).context.custom.rpc).toEqual({ method: 'timeOut' });
  });

  test('may be of a class that inherits from none', async () => {
    const { collector, worker } = await start();
    const id = JSON.parse(await worker.visit('/old'));
    expect((await collector.waitForMessage('old cart asked')).context.custom.durable_object).toEqual({
      class: 'OldCart',
      id,
    });
  });
});
