// A context a message, within that of its batch.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('forEachMessage', (startWorker) => {
  async function queue(bodies: readonly string[], name = 'orders') {
    const collector = await startCollector();
    const audit = await startCollector();
    const bindings = { ENDPOINT: collector.endpoint, AUDIT_ENDPOINT: audit.endpoint };
    const worker = await startWorker({ fixture: 'messages', bindings });
    const messages = bodies.map((body, i) => ({ id: `m${i + 1}`, timestamp: new Date(), body, attempts: i + 1 }));
    const result = await (await worker.miniflare.getWorker('worker')).queue(name, messages);
    return { collector, audit, result };
  }

  test('says on each line which message it is, how often it was tried, and of which queue', async () => {
    const { collector } = await queue(['spoon', 'board']);
    await collector.waitForMessage('all taken');
    const inQueue = { name: 'orders', messages: 2 };
    const of = (id: string, attempts: number) => ({ queue: inQueue, message: { id, attempts } });
    expect(collector.lines.map(({ message, context }) => [message, context.custom])).toEqual([
      ['spoon taken', of('m1', 1)],
      ['spoon packed', { ...of('m1', 1), step: 'pack' }],
      ['board taken', of('m2', 2)],
      ['board packed', { ...of('m2', 2), step: 'pack' }],
      ['all taken', { queue: inQueue }],
    ]);
  });

  test('says so in the contexts of all loggers that withTimber was given', async () => {
    const { audit } = await queue(['spoon']);
    expect((await audit.waitForMessage('spoon audited')).context.custom.message).toEqual({ id: 'm1', attempts: 1 });
  });

  test('ends with the first exception, which is one line that says whose it is, and rethrown', async () => {
    const { collector, result } = await queue(['spoon', 'bad', 'board']);
    const { context } = await collector.waitForMessage('no such order');
    expect(context.custom.message).toEqual({ id: 'm2', attempts: 2 });
    const messages = collector.lines.map(({ message }) => message);
    expect(messages).toEqual(['spoon taken', 'spoon packed', 'no such order']);
    expect(result.retryBatch.retry).toBe(true);
  });

  test('takes functions that return no promise', async () => {
    const { collector } = await queue(['spoon', 'board'], 'plain');
    const lines = await collector.waitForLines(2);
    expect(lines.map(({ context }) => context.custom.message.id)).toEqual(['m1', 'm2']);
  });
});
