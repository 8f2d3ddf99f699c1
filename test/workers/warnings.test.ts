// That the Worker tests would see it, if a promise or stream passed from one request to another.
import { expect, test } from 'vitest';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('warnings', (startWorker) => {
  async function warningsAfter(...paths: string[]) {
    const worker = await startWorker({ fixture: 'sharedPromise', mayWarn: true });
    for (const path of paths) await worker.visit(path);
    return worker.warnings();
  }

  test('a promise that another request settles is warned of', async () => {
    expect(await warningsAfter('/make', '/settle')).toEqual([expect.stringContaining('different request context')]);
  });

  test('a stream that another request reads is warned of', async () => {
    const warnings = await warningsAfter('/keep-body', '/read-body');
    expect(warnings).toContainEqual(expect.stringContaining('on behalf of a different request'));
  });

  test('a request that waits for what never comes is warned of', async () => {
    expect(await warningsAfter('/hang')).toContainEqual(expect.stringContaining('code had hung'));
  });

  test('a Worker that keeps to itself is not warned of', async () => {
    expect(await warningsAfter('/make')).toEqual([]);
  });
});
