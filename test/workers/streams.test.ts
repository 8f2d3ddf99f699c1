// What a response's stream logs while the handler has long returned.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('a streaming answer', (startWorker) => {
  test('a line that a stream logs after the handler has returned leaves with the next invocation, in its own context', async () => {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'streams', bindings: { ENDPOINT: collector.endpoint } });
    expect(await worker.visit('/stream')).toBe('streamed');
    const returned = await collector.waitForMessage('handler returns');

    await worker.visit('/next');

    const streamed = await collector.waitForMessage('streaming');
    expect(streamed.context).toEqual(returned.context);
  });
});
