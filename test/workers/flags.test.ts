// Compatibility flags: what the build needs of each, at start-up and in requests.
import { describe, expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';
import type { AsyncHooks } from './workerds.js';

const all: AsyncHooks[] = ['nodejs_als', 'nodejs_compat', 'none'];

describeInWorkerds('a compatibility flag', (startWorker) => {
  describe.each(all)('%s', (asyncHooks) => {
    test('draws nothing from clock, chance, timers or network at start-up', async () => {
      const modules = { 'watchedSources.js': 'fixtures/watchedSources.js' };
      const worker = await startWorker({ fixture: 'startUp', asyncHooks, modules });
      expect(JSON.parse(await worker.visit('/'))).toEqual({ before: [], after: true });
    });

    test('gives ids and order that are right under a clock that stands still', async () => {
      const collector = await startCollector();
      const worker = await startWorker({ fixture: 'order', asyncHooks, bindings: { ENDPOINT: collector.endpoint } });
      await worker.visit('/');
      const lines = await collector.waitForLines(200);
      const writer = lines[0]?.id.split('-')[0];
      expect(lines.map(({ id, message }) => [id, message])).toEqual(
        lines.map((_, i) => [`${writer}-${i + 1}`, `line ${i + 1}`]),
      );
      const times = lines.map(({ dt }) => dt);
      expect([new Set(times.slice(0, 100)).size, [...times].sort()]).toEqual([1, times]);
      expect(Date.parse(times[100]!) - Date.parse(times[99]!)).toBeGreaterThan(10);
    });
  });

  test.each(['nodejs_als', 'nodejs_compat'] as const)('%s alone keeps contexts across awaits', async (asyncHooks) => {
    const collector = await startCollector();
    const bindings = { ENDPOINT: collector.endpoint };
    const worker = await startWorker({ fixture: 'withoutAsyncHooks', asyncHooks, bindings });
    await worker.visit('/awaiting');
    const { context } = await collector.waitForMessage('awaited');
    expect([context.http.path, context.custom]).toEqual(['/awaiting', { order: { id: 7 } }]);
    expect(await worker.printed()).toBe('');
  });
});
