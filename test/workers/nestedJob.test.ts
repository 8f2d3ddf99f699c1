// Nested contexts and two independent ones, as in the README, in a Worker.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('nested contexts', (startWorker) => {
  async function runJob() {
    const collector = await startCollector();
    const audit = await startCollector();
    const bindings = { ENDPOINT: collector.endpoint, AUDIT_ENDPOINT: audit.endpoint };
    const worker = await startWorker({ fixture: 'nestedJob', bindings });
    await worker.visit('/jobs');
    return { lines: await collector.waitForLines(4), auditLines: await audit.waitForLines(1) };
  }

  test('nested contexts merge inside and are as before outside again', async () => {
    const { lines } = await runJob();
    expect(lines.map((line) => [line.message, line.context.custom])).toEqual([
      ['Background job execution started', { job: { id: 123, count: 1 } }],
      ['Background job in progress', { job: { id: 123, count: 2 } }],
      ['Background job execution completed', { job: { id: 123, count: 1 } }],
      ['after the job', undefined],
    ]);
  });

  test('a logger with its own context carries only that', async () => {
    const { auditLines } = await runJob();
    expect(auditLines.map((line) => line.context)).toEqual([{ custom: { audit: { by: 'cron' } } }]);
  });
});
