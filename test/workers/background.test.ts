// Work that goes on when the handler has returned: its context, and its lines without another invocation.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('work that outlives its handler', (startWorker) => {
  async function visit(path: string) {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'background', bindings: { ENDPOINT: collector.endpoint } });
    await worker.visit(path);
    return collector;
  }

  test.each(['/ctx', '/imported'])('given to waitUntil at %s keeps its context, and its lines arrive', async (path) => {
    const collector = await visit(path);
    const { context } = await collector.waitForMessage('worked');
    expect([context.http.path, context.custom]).toEqual([path, { part: 'background' }]);
  });

  test('given to ctx.waitUntil has its lines in the one sub-request of its invocation', async () => {
    const collector = await visit('/ctx');
    await collector.waitForLines(2);
    expect(collector.requests).toHaveLength(1);
  });

  test('given to the imported waitUntil has its lines soon after they were logged', async () => {
    const collector = await visit('/imported-steps');
    await collector.waitForMessage('step 3');
    const messages = collector.lines.map(({ message }) => message);
    expect(messages).toEqual(['handled', 'step 1', 'step 2', 'step 3']);
    expect(collector.requests.length).toBeGreaterThan(1);
  });

  test('in the listener of a socket has no context, and its lines arrive', async () => {
    const collector = await visit('/socket');
    expect((await collector.waitForMessage('heard')).context).toBeUndefined();
  });

  test('in the listener of a socket that was bound has the context of then', async () => {
    const collector = await visit('/bound-socket');
    expect((await collector.waitForMessage('heard')).context.custom).toEqual({ part: 'background' });
  });
});
