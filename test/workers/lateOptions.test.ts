// Options that come from `env`, which is known at the first invocation only.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('options from the environment', (startWorker) => {
  const start = (bindings: Record<string, string>) => startWorker({ fixture: 'lateOptions', bindings });

  test('options may come from the environment', async () => {
    const collector = await startCollector();
    const worker = await start({ ENDPOINT: collector.endpoint, KEY: 'write-only' });
    await worker.visit('/');
    await collector.waitForMessage('order taken');
    expect(collector.requests[0]?.key).toBe('write-only');
  });

  test('wrong options from the environment are told once, in a sentence that names the option', async () => {
    const worker = await start({ ENDPOINT: 'shop.test/logs' });
    await worker.visit('/');
    await worker.visit('/');
    expect(await worker.printed()).toBe(
      'timberlog: the logger is off. createLogger: option "endpoint" was given "shop.test/logs"; it wants an absolute http(s) URL.',
    );
  });

  test('options that throw are told once', async () => {
    const worker = await start({ ENDPOINT: 'throw' });
    await worker.visit('/');
    await worker.visit('/');
    expect(await worker.printed()).toBe('timberlog: the logger is off. there is no endpoint yet');
  });

  test('with wrong options requests go on, and each line is counted as dropped', async () => {
    const worker = await start({ ENDPOINT: 'shop.test/logs' });
    await worker.visit('/');
    expect(JSON.parse(await worker.visit('/'))).toMatchObject({ logged: 2, buffered: 0, dropped: { off: 2 } });
  });
});
