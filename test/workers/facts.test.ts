// What an invocation says by itself, and what only where it is told to.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

const cf = { colo: 'FRA', country: 'NO', city: 'Bergen', asOrganization: 'Telenor', asn: 2119 };
const headers = { 'cf-connecting-ip': '203.0.113.7', 'cf-ray': '8f2a6c1d2e3f4a5b-FRA' };

describeInWorkerds('an invocation', (startWorker) => {
  async function start(bindings: Record<string, unknown> = {}) {
    const collector = await startCollector();
    const worker = await startWorker({
      fixture: 'facts',
      bindings: { ENDPOINT: collector.endpoint, ...(bindings as Record<string, string>) },
      neighbours: [{ name: 'mailer', fixture: 'mailer', platform: { serviceBindings: { WORKER: 'worker' } } }],
    });
    return { collector, worker };
  }

  test('says who asked only if it is told to: address, country, city and network', async () => {
    const { collector, worker } = await start();
    await worker.visit('/telling', { headers, cf });
    expect((await collector.waitForMessage('asked')).context.http.client).toEqual({
      ...{ address: '203.0.113.7', country: 'NO', city: 'Bergen', network: 'Telenor' },
    });
  });

  test('says from and to of an e-mail only if it is told to', async () => {
    const { collector, worker } = await start();
    await (await worker.miniflare.getWorker('mailer')).fetch('http://mailer.test/?to=shop@shop.test');
    const { custom } = (await collector.waitForMessage('email')).context;
    expect(custom.email).toEqual({ bytes: 512, from: 'ann@home.test', to: 'shop@shop.test' });
  });

  test('says nothing of who asked otherwise', async () => {
    const { collector, worker } = await start();
    await worker.visit('/plain', { headers, cf });
    const line = await collector.waitForMessage('asked');
    expect(line.context).toEqual({
      http: { method: 'GET', host: 'shop.test', path: '/plain', request_id: '8f2a6c1d2e3f4a5b-FRA' },
      platform: { cloudflare: { colo: 'FRA' } },
    });
  });

  test('says which version of the Worker it is, where that is bound', async () => {
    const { collector, worker } = await start({
      CF_VERSION_METADATA: { id: '5f3c0de1', tag: 'v7', timestamp: '2026-11-23T12:00:00Z' },
    });
    await worker.visit('/plain', { cf });
    const { cloudflare } = (await collector.waitForMessage('asked')).context.platform;
    expect(cloudflare).toEqual({ colo: 'FRA', version: { id: '5f3c0de1', tag: 'v7' } });
  });

  test('says its version also where no request came, and leaves an empty tag out', async () => {
    const { collector, worker } = await start({ CF_VERSION_METADATA: { id: '5f3c0de1', tag: '' } });
    await worker.runScheduled();
    const { platform } = (await collector.waitForMessage('scheduled')).context;
    expect(platform).toEqual({ cloudflare: { version: { id: '5f3c0de1' } } });
  });

  test('has one line at its end with `access`: status, and milliseconds', async () => {
    const { collector, worker } = await start();
    await worker.visit('/telling', { headers });
    const [, access] = await collector.waitForLines(2);
    expect([access?.level, access?.message, access?.context.http.path]).toEqual([
      'info',
      'GET /telling 201',
      '/telling',
    ]);
    expect(access?.event.custom).toEqual({ status: 201, durationMs: expect.any(Number) });
    expect(access?.event.custom.durationMs).toBeGreaterThanOrEqual(20);
  });

  test('has that line also if it logs nothing else', async () => {
    const { collector, worker } = await start();
    await worker.visit('/silent');
    expect((await collector.waitForLines(1))[0]?.message).toBe('GET /silent 204');
  });

  test('has that line by the name of its handler where there is no request', async () => {
    const { collector, worker } = await start();
    await worker.runScheduled();
    expect((await collector.waitForLines(2)).map(({ message }) => message)).toEqual(['scheduled', 'scheduled ok']);
  });
});
