// Every kind of handler: what the platform knows of the call is on its lines, which arrive, as do its exceptions.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('a handler', (startWorker) => {
  async function start() {
    const collector = await startCollector();
    const worker = await startWorker({
      fixture: 'handlerKinds',
      bindings: { ENDPOINT: collector.endpoint },
      platform: { queueProducers: { QUEUE: 'orders' }, queueConsumers: { orders: { maxBatchTimeout: 0 } } },
      neighbours: [
        { name: 'mailer', fixture: 'mailer', platform: { serviceBindings: { WORKER: 'worker' } } },
        { name: 'traced', fixture: 'traced', platform: { tails: ['worker', 'tracer'] } },
        { name: 'tracer', fixture: 'tracer', bindings: { ENDPOINT: collector.endpoint } },
      ],
    });
    const called = await worker.miniflare.getWorker('worker');
    const send = async (to: string) => {
      const mailer = await worker.miniflare.getWorker('mailer');
      return (await mailer.fetch(`http://mailer.test/?to=${to}`)).text();
    };
    return { collector, worker, called, send };
  }

  test('of a cron trigger says its schedule and the time it was due', async () => {
    const { collector, called } = await start();
    await called.scheduled({ cron: '0 * * * *', scheduledTime: new Date('2026-11-23T12:00:00Z') });
    const { context } = await collector.waitForMessage('scheduled');
    expect(context).toEqual({
      user: { id: 'scheduled' },
      custom: { cron: { schedule: '0 * * * *', scheduled_at: '2026-11-23T12:00:00.000Z' } },
    });
  });

  test('of a queue says its name and how many messages came', async () => {
    const { collector, worker } = await start();
    await worker.visit('/');
    const { context } = await collector.waitForMessage('queue');
    expect(context).toEqual({ user: { id: 'queue' }, custom: { queue: { name: 'orders', messages: 2 } } });
  });

  test('of an e-mail says its size, and neither who sent it nor to whom', async () => {
    const { collector, send } = await start();
    await send('shop@shop.test');
    const { context } = await collector.waitForMessage('email');
    expect(context).toEqual({ user: { id: 'email' }, custom: { email: { bytes: 512 } } });
  });

  test.each([
    ['tail', { user: { id: 'tail' }, custom: { tail: { events: 1 } } }],
    ['trace', { custom: { tail: { events: 1 } } }],
  ])('of the kind %s says how many events came', async (kind, told) => {
    const { collector, worker } = await start();
    await (await worker.miniflare.getWorker('traced')).fetch('http://traced.test/');
    expect((await collector.waitForMessage(kind)).context).toEqual(told);
  });

  test.each(['scheduled', 'queue', 'email'])(
    '%s: an exception is a line with its context, and rethrown',
    async (kind) => {
      const { collector, called, send } = await start();
      const message = { id: 'm1', timestamp: new Date(), body: 'bad', attempts: 1 };
      const outcome =
        kind === 'email'
          ? await send('nobody@shop.test')
          : (await (kind === 'queue' ? called.queue('orders', [message]) : called.scheduled({ cron: '13 * * * *' })))
              .outcome;
      const { level, context, event } = await collector.waitForMessage(`${kind} failed`);
      expect([outcome, level, context.user, event.error.name]).toEqual([
        kind === 'email' ? 'rejected: email failed' : 'exception',
        ...['error', { id: kind }, 'RangeError'],
      ]);
    },
  );
});
