// A collector that fails, hangs or is not there: what becomes of the lines, and of the invocations.
import { expect, test } from 'vitest';
import { type Answer, startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('a collector in trouble', (startWorker) => {
  async function start(...answers: Answer[]) {
    const collector = await startCollector();
    collector.answer(...answers);
    const worker = await startWorker({ fixture: 'orders', bindings: { ENDPOINT: collector.endpoint } });
    /** Invokes the Worker, which logs nothing then, until the message has arrived with one of these invocations. */
    const visitUntilStored = async (message: string) => {
      while (!collector.lines.some((line) => line.message === message)) await worker.visit('/quiet');
      return [...collector.byId.values()].find(({ line }) => line.message === message)!;
    };
    return { collector, worker, visitUntilStored };
  }

  test('lines that the collector answered with 503 arrive with a later invocation, once', async () => {
    const { collector, worker, visitUntilStored } = await start({ status: 503 });
    await worker.visit('/orders/1');
    await collector.waitForRequests(1);
    const stored = await visitUntilStored('/orders/1');
    expect(stored.times).toBe(1);
    expect(collector.requests.map(({ text }) => text)).toEqual([...stored.texts, ...stored.texts]);
  });

  test('lines whose connection was cut arrive with a later invocation', async () => {
    const { collector, worker, visitUntilStored } = await start({ cut: true });
    await worker.visit('/orders/1');
    await collector.waitForRequests(1);
    expect((await visitUntilStored('/orders/1')).times).toBe(1);
  });

  test('lines that were stored but not acknowledged come again as the same bytes', async () => {
    const { collector, worker, visitUntilStored } = await start({ cut: true, stores: true });
    await worker.visit('/orders/1');
    await collector.waitForRequests(1);
    while (collector.requests.length < 2) await worker.visit('/quiet');
    const { times, texts } = await visitUntilStored('/orders/1');
    expect([times, texts.size]).toEqual([2, 1]);
  });

  test('a collector that hangs keeps no request waiting, and no line of the next one', async () => {
    const { collector, worker } = await start({ hang: true });
    expect(await worker.visit('/orders/1')).toBe('ok');
    await collector.waitForRequests(1);
    expect(await worker.visit('/orders/2')).toBe('ok');
    expect((await collector.waitForLines(1)).map((line) => line.message)).toEqual(['/orders/2']);
  });

  test('lines that were logged while there was no collector arrive once there is one', async () => {
    const { collector, worker } = await start();
    await collector.close();
    expect(await worker.visit('/orders/1')).toBe('ok');
    const back = await startCollector({ port: collector.port });
    while (back.lines.length === 0) expect(await worker.visit('/quiet')).toBe('ok');
    expect(back.lines.map((line) => line.message)).toEqual(['/orders/1']);
  });

  test('one failed delivery makes the Worker print nothing', async () => {
    const { collector, worker, visitUntilStored } = await start({ status: 503 });
    await worker.visit('/orders/1');
    await collector.waitForRequests(1);
    await visitUntilStored('/orders/1');
    expect(await worker.printed()).toBe('');
  });
});
