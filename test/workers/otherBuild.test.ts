// The build for other platforms in a Worker: it lacks what only workerd has, and keeps what was promised.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('the build for other platforms', (startWorker) => {
  async function start() {
    const collector = await startCollector();
    const worker = await startWorker({
      fixture: 'otherBuild',
      bindings: { ENDPOINT: collector.endpoint },
      modules: { 'otherTimberlog.js': '../../dist/workers.js' },
    });
    return { collector, worker };
  }

  test('sends what a stream logs later with its own invocation', async () => {
    const { collector, worker } = await start();
    await worker.visit('/stream');
    expect((await collector.waitForMessage('streamed')).context.http.path).toBe('/stream');
  });

  test('puts nothing that is set outside of an invocation on the lines of others', async () => {
    const { collector, worker } = await start();
    await worker.runScheduled();
    await worker.visit('/stream');
    expect((await collector.waitForMessage('streamed')).context.user).toBeUndefined();
  });
});
