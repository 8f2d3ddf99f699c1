// The Workers build in Node, Deno and Bun: the same contexts, and lines that are sent by a flush or before the end.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInRuntimes } from './runtimes.js';

const kinds = ['await', 'timer', 'fetch', 'digest', 'stream', 'nextTick', 'immediate', 'microtask', 'event', 'pull'];

describeInRuntimes('the Workers build', (runtime) => {
  test('keeps the contexts of twenty jobs apart over every kind of wait', async () => {
    const collector = await startCollector();
    const { stdout, stderr } = await runtime.run('context', collector.endpoint, collector.url);
    expect([JSON.parse(stdout), stderr]).toEqual([{ delivered: 201, dropped: 0, pending: 0 }, '']);
    const seen = collector.lines.map(({ message, context }) => `${message} ${context?.custom.job.id}`);
    const wanted = Array.from({ length: 20 }, (_, id) => kinds.map((kind) => `${id}: ${kind} ${id}`)).flat();
    expect(seen.sort()).toEqual([...wanted, 'afterwards undefined'].sort());
  });

  test('sends what nobody flushed before the process ends by itself', async () => {
    const collector = await startCollector();
    const { code, stderr } = await runtime.run('endsUnflushed', collector.endpoint);
    expect([code, stderr]).toEqual([0, '']);
    expect(collector.lines.map(({ message, context }) => [message, context.custom])).toEqual([
      ['last words', { job: { id: 123 } }],
    ]);
  });

  test.each(['endsUnflushed', 'endsAfterRequest'])(
    'keeps no process from ending, and says what it could not deliver (%s)',
    async (program) => {
      const collector = await startCollector();
      await collector.close();
      const since = performance.now();
      const { code, stderr } = await runtime.run(program, collector.endpoint);
      expect(performance.now() - since).toBeLessThan(15_000);
      expect(code).toBe(0);
      expect(stderr).toContain('The process ends, and 1 of its lines could not be delivered.');
    },
  );

  test('gives each request that a server answers at once its own context, and sends their lines', async () => {
    const collector = await startCollector();
    const server = runtime.start('serves', collector.endpoint);
    const port = await server.says(/listens on port (\d+)\./);
    const users = Array.from({ length: 30 }, (_, i) => String(i));
    await Promise.all(users.map((user) => fetch(`http://127.0.0.1:${port}/?user=${user}`).then((r) => r.text())));
    const lines = await collector.waitForLines(30);
    const seen = lines.map(({ message, context }) => [message, context.user.id, context.http.method]);
    expect(seen.sort()).toEqual(users.map((user) => [`answered ${user}`, user, 'GET']).sort());
  });
});
