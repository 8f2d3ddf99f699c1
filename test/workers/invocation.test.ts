// What an invocation puts on its lines by itself, and when they are sent.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { createGate } from '../support/gate.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('an invocation', (startWorker) => {
  async function start() {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'invocation', bindings: { ENDPOINT: collector.endpoint } });
    return { collector, worker };
  }

  test('a line carries method, host and path of its request, and nothing of its query', async () => {
    const { collector, worker } = await start();
    await worker.visit('/cart?token=secret', { method: 'PUT' });
    const line = await collector.waitForMessage('cart shown');
    expect(line.context.http).toMatchObject({ method: 'PUT', host: 'shop.test', path: '/cart' });
    expect(collector.bodies.join()).not.toContain('secret');
  });

  test('a line carries the ray id that Cloudflare gave its request', async () => {
    const { collector, worker } = await start();
    await worker.visit('/cart', { headers: { 'cf-ray': '8f2a6c1d2e3f4a5b-FRA' } });
    expect((await collector.waitForMessage('cart shown')).context.http.request_id).toBe('8f2a6c1d2e3f4a5b-FRA');
  });

  test('a line carries the place where its request was served', async () => {
    const { collector, worker } = await start();
    await worker.visit('/cart', { cf: { colo: 'FRA' } });
    expect((await collector.waitForMessage('cart shown')).context.platform).toEqual({ cloudflare: { colo: 'FRA' } });
  });

  test('all lines of an invocation leave in one sub-request', async () => {
    const { collector, worker } = await start();
    await worker.visit('/three');
    await collector.waitForMessage('three');
    await worker.visit('/cart');
    await collector.waitForMessage('cart shown');
    const messages = collector.requests.map(({ lines }) => lines.map((line) => line.message));
    expect(messages).toEqual([['one', 'two', 'three'], ['cart shown']]);
  });

  test('an invocation that logs nothing makes no sub-request', async () => {
    const { collector, worker } = await start();
    await worker.visit('/quiet');
    await worker.visit('/cart');
    await collector.waitForMessage('cart shown');
    expect(collector.requests).toHaveLength(1);
  });

  test('the answer does not wait for the collector', async () => {
    const { collector, worker } = await start();
    const gate = createGate();
    collector.answer({ until: gate.opened });
    const answered = await worker.visit('/cart');
    gate.open();
    expect(answered).toBe('ok');
  });

  test('the delivery goes on after the answer, until the collector has acknowledged it', async () => {
    const { collector, worker } = await start();
    const gate = createGate();
    collector.answer({ until: gate.opened });
    await worker.visit('/cart');
    await collector.waitForRequests(1);
    expect(await worker.visit('/delivered')).toBe('0');
    gate.open();
    while ((await worker.visit('/delivered')) === '0');
    expect(await worker.visit('/delivered')).toBe('1');
  });

  test('work in waitUntil keeps its context, and its lines leave with the others', async () => {
    const { collector, worker } = await start();
    await worker.visit('/mail');
    const lines = await collector.waitForLines(2);
    expect(lines.map(({ message, context }) => [message, context.http.path, context.custom])).toEqual([
      ['mail rendered', '/mail', { mail: { to: 'Ann' } }],
      ['mail sent', '/mail', { mail: { to: 'Ann' } }],
    ]);
    expect(collector.requests).toHaveLength(1);
  });

  test('work in waitUntil that fails holds no line back', async () => {
    const { collector, worker } = await start();
    await worker.visit('/failing-mail');
    expect((await collector.waitForMessage('mail queued')).context.http.path).toBe('/failing-mail');
  });
});
