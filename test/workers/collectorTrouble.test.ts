// A collector that fails, hangs or is not there: what becomes of the lines, and of the invocations.
import { expect, test } from 'vitest';
import { type Answer, startCollector } from '../support/collector.js';
import { describeInWorkerds, type TestWorker } from './startWorker.js';

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

  /** The Worker has read the answer to its first request, which was a refusal. */
  const untilAnswered = async (worker: TestWorker) => {
    while (!(await worker.visit('/stats')).includes('"retried":1'));
  };

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

  test('lines that the collector answered with 503 are sent again by their own invocation, as the same bytes', async () => {
    const { collector, worker } = await start({ status: 503 });
    await worker.visit('/orders/1');
    await collector.waitForMessage('/orders/1');
    expect(collector.requests.map(({ text }) => text)).toEqual([collector.bodies[0], collector.bodies[0]]);
  });

  test('lines are not sent again before the collector wants them', async () => {
    const { collector, worker } = await start({ status: 503, headers: { 'retry-after': '2' } });
    const since = performance.now(); // the collector answers later than that, on however busy a machine
    await worker.visit('/orders/1');
    await collector.waitForRequests(2);
    expect(performance.now() - since).toBeGreaterThan(1_990);
  });

  test('no invocation asks a collector that wants to be asked much later', async () => {
    const { collector, worker } = await start({ status: 429, headers: { 'retry-after': '60' } });
    await worker.visit('/orders/1');
    await untilAnswered(worker);
    for (const id of [2, 3, 4, 5, 6]) await worker.visit(`/orders/${id}`);
    expect(await worker.visit('/stats')).toContain('"buffered":6');
    expect(collector.requests).toHaveLength(1);
  });

  test('while one invocation waits to try again, the others leave their lines to it', async () => {
    const { collector, worker } = await start({ status: 503, headers: { 'retry-after': '1' } });
    await worker.visit('/orders/1');
    await untilAnswered(worker);
    for (const id of [2, 3, 4]) await worker.visit(`/orders/${id}`);
    await collector.waitForLines(4);
    expect(collector.requests.map(({ lines }) => lines.length)).toEqual([1, 4]);
  });

  test('lines that a hanging collector got are sent again after 10 s', async () => {
    const { collector, worker } = await start({ hang: true });
    await worker.visit('/orders/1');
    await collector.waitForMessage('/orders/1', 20_000);
    expect(collector.requests[0]?.text).toBe(collector.bodies[0]);
  });

  test('a collector that fails in all ways while 100 requests log gets every line', async () => {
    const ways: Answer[] = [{ status: 503 }, { cut: true }, {}, { cut: true, stores: true }, { status: 429 }, {}];
    const { collector, worker } = await start(...Array.from({ length: 30 }, (_, i) => ways[i % ways.length]!));
    const paths = Array.from({ length: 100 }, (_, i) => `/orders/${i}`);
    await Promise.all(paths.map((path) => worker.visit(path)));
    while (collector.lines.length < 100) await worker.visit('/quiet');
    expect(collector.lines.map((line) => line.message).sort()).toEqual(paths.sort());
    expect([...collector.byId.values()].filter(({ texts }) => texts.size > 1)).toEqual([]);
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
