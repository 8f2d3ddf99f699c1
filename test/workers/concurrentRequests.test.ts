// Many requests under way at once in one isolate: no line carries the context of another.
import { expect, test } from 'vitest';
import { type Line, startCollector } from '../support/collector.js';
import { createGate } from '../support/gate.js';
import { listenOnLoopback } from '../support/loopback.js';
import { describeInWorkerds } from './startWorker.js';

const orders = Array.from({ length: 200 }, (_, i) => String(i + 1));
const steps = [
  'received',
  'checked',
  'in stock',
  'packed',
  'packed',
  'label printed',
  'label printed',
  'booked',
  'sent',
  'sent',
  'sent off',
];
const wanted = orders.flatMap((id) => steps.map((step) => `${id}: ${step}`)).sort();
const orderOf = (line: Line) => line.message.split(':')[0];

/** Answers nobody before everybody has asked, so that all requests are under way at once. */
async function startStock() {
  const everybodyAsked = createGate();
  let asked = 0;
  const server = await listenOnLoopback(async (_, response) => {
    asked += 1;
    if (asked === orders.length) everybodyAsked.open();
    await everybodyAsked.opened;
    response.end('42');
  });
  return { url: `http://127.0.0.1:${server.port}`, close: server.close };
}

describeInWorkerds('requests at once', (startWorker) => {
  async function takeOrders() {
    const collector = await startCollector();
    const stock = await startStock();
    const bindings = { ENDPOINT: collector.endpoint, STOCK: stock.url };
    const worker = await startWorker({ fixture: 'concurrentRequests', bindings });
    await Promise.all(orders.map((id) => worker.visit(`/orders/${id}`, { headers: { 'x-user': `user ${id}` } })));
    await stock.close();
    await collector.waitForLines(wanted.length, 30_000);
    return { collector, worker };
  }

  test('200 requests at once deliver every line, each once', async () => {
    const { collector } = await takeOrders();
    expect(collector.lines.map((line) => line.message).sort()).toEqual(wanted);
    expect([...collector.byId.values()].filter(({ times }) => times > 1)).toEqual([]);
  });

  test('200 requests at once each keep their own path and user in every line', async () => {
    const { collector } = await takeOrders();
    const foreign = collector.lines.filter((line) => {
      const { http, user } = line.context;
      return http.path !== `/orders/${orderOf(line)}` || user.id !== `user ${orderOf(line)}`;
    });
    expect(foreign).toEqual([]);
  });

  test('200 requests at once have 200 request ids, one each', async () => {
    const { collector } = await takeOrders();
    const pairs = collector.lines.map((line) => `${orderOf(line)} ${line.context.http.request_id}`);
    expect(new Set(pairs).size).toBe(200);
    expect(new Set(collector.lines.map((line) => line.context.http.request_id)).size).toBe(200);
  });

  test('200 requests at once make workerd print no warning', async () => {
    const { worker } = await takeOrders();
    expect(await worker.printed()).toBe('');
  });
});
