// What an invocation costs: how often AsyncLocalStorage is run, which is what its time goes to.
import { AsyncLocalStorage } from 'node:async_hooks';
import { context, createContext, createLogger, withTimber } from 'timberlog/workers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startCollector } from '../support/collector.js';

async function runsOf(handle: () => unknown) {
  const { endpoint } = await startCollector();
  const own = createContext();
  const loggers = [createLogger({ endpoint }), createLogger({ endpoint, context: own })];
  const app = withTimber(loggers, {
    async fetch(_request: Request) {
      await handle();
      for (const logger of loggers) logger.info('answered');
      own.set({ part: 1 });
      await null;
      for (const logger of loggers) logger.info('after an await');
      return new Response('ok');
    },
  });
  const run = vi.spyOn(AsyncLocalStorage.prototype, 'run');
  onTestFinished(() => run.mockRestore());
  await app.fetch(new Request('http://shop.test/'));
  await Promise.all(loggers.map((logger) => logger.flush()));
  return run.mock.calls.length;
}

test('an invocation runs it once, however many loggers and contexts it has', async () => {
  expect(await runsOf(() => {})).toBe(1);
});

test('each context that is entered runs it once more', async () => {
  expect(await runsOf(() => context({ job: 1 }, () => context({ step: 1 }, () => null)))).toBe(3);
});
