// Several loggers in one invocation: each has the facts, the exception and its own delivery.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('several loggers', (startWorker) => {
  async function visit(path: string) {
    const [collector, audit, ungiven] = [await startCollector(), await startCollector(), await startCollector()];
    const bindings = {
      ...{ ENDPOINT: collector.endpoint, AUDIT_ENDPOINT: audit.endpoint, UNGIVEN_ENDPOINT: ungiven.endpoint },
    };
    const worker = await startWorker({ fixture: 'severalLoggers', bindings });
    await worker.visit(path);
    return { collector, audit, ungiven };
  }

  test('each have what the platform knows, the same of both, and the base of their own context', async () => {
    const { collector, audit } = await visit('/orders');
    const taken = await collector.waitForMessage('order taken');
    const audited = await audit.waitForMessage('order audited');
    const { http, platform } = taken.context;
    expect([http.path, taken.context]).toEqual(['/orders', { http, platform, user: { id: 'Ann' } }]);
    expect(audited.context).toEqual({ http, platform, custom: { auditor: { id: 'Bob' } } });
  });

  test('each send once, in the same invocation', async () => {
    const { collector, audit } = await visit('/orders');
    await Promise.all([collector.waitForLines(2), audit.waitForLines(2)]);
    expect([collector.requests.length, audit.requests.length]).toEqual([1, 1]);
  });

  test('each log what is thrown, and access, a child with its fields', async () => {
    const { collector, audit } = await visit('/fails');
    const messages = ['no such order', 'GET /fails exception'];
    expect((await collector.waitForLines(2)).map(({ message }) => message)).toEqual(messages);
    const lines = await audit.waitForLines(2);
    expect(lines.map(({ message, context }) => [message, context.custom.part])).toEqual(
      messages.map((message) => [message, 'audit']),
    );
  });

  test('one that nobody gave to withTimber has its lines sent as well', async () => {
    const { ungiven } = await visit('/orders');
    expect((await ungiven.waitForMessage('order seen')).context.user).toEqual({ id: 'Ann' });
  });
});
