// Workflows: runs and steps have contexts, wherever the engine calls them from, and lines leave before the run ends.
import { expect, test } from 'vitest';
import { type Line, startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('a workflow', (startWorker) => {
  async function run(path: string) {
    const collector = await startCollector();
    const worker = await startWorker({
      fixture: 'workflow',
      bindings: { ENDPOINT: collector.endpoint },
      platform: { workflows: { ORDERS: { name: 'orders', className: 'Order' } } },
    });
    const id = await worker.visit(path);
    const status = async () => JSON.parse(await worker.visit(`/status?id=${id}`));
    return { collector, id, status };
  }

  const messagesAndSteps = (lines: readonly { message: string; context?: any }[]) =>
    lines.map(({ message, context }) => [message, context.custom.step, context.custom.order]);

  test('logs in its own context: which run it is, which step, which attempt, and what lay around', async () => {
    const { collector, id } = await run('/start');
    const lines = await collector.waitForLines(5);
    expect(messagesAndSteps(lines)).toEqual([
      ['ordered', undefined, undefined],
      ['paid', { name: 'pay', attempt: 1 }, { id: 7 }],
      ['slept', undefined, undefined],
      ['no carrier', { name: 'ship', attempt: 1 }, undefined],
      ['shipped', { name: 'ship', attempt: 2 }, undefined],
    ]);
    const whose = lines.map(({ context }) => [context.user, context.custom.workflow]);
    expect(new Set(whose.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify([{ id: 'Ann' }, { name: 'OrderFlow', instance_id: id }])]),
    );
  });

  test('has its lines sent while it sleeps', async () => {
    const { collector, status } = await run('/start?sleeps=yes');
    await collector.waitForMessage('ordered');
    expect((await status()).status).toBe('running');
  });

  test('gives its steps what they gave it before', async () => {
    const { collector, status } = await run('/start');
    await collector.waitForMessage('shipped');
    let found = await status();
    while (found.status === 'running') found = await status();
    expect(found).toMatchObject({ status: 'complete', output: 2 });
  });

  test('that a step ends by its exception has a line of the step and one of the run', async () => {
    const { collector } = await run('/start?stepFails=yes');
    const told = (lines: readonly Line[]) => lines.filter(({ message }) => message === 'no address');
    const lines = told(await collector.waitForLines((all) => told(all).length === 2));
    expect(lines.map(({ level, context }) => [level, context.custom.step])).toEqual([
      ['error', { name: 'bill', attempt: 1 }],
      ['error', undefined],
    ]);
  });

  test('fails as it did before, with a line of it', async () => {
    const { collector, status } = await run('/start?fails=yes');
    const { level, event } = await collector.waitForMessage('order failed');
    let found = await status();
    while (found.status === 'running') found = await status();
    expect([level, event.error.name, found.status, found.error.message]).toEqual([
      ...['error', 'RangeError', 'errored', 'order failed'],
    ]);
  });
});
