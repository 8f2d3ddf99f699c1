// Two copies of the Workers build in one process: a default context each; what one makes the other takes.
import { context, createLogger, withTimber } from 'timberlog/workers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startCollector } from '../support/collector.js';

const address = new URL('../../dist/workers.js?again', import.meta.url).href;
const again: typeof import('timberlog/workers') = await import(/* @vite-ignore */ address);

async function start() {
  const collector = await startCollector();
  return { collector, logger: again.createLogger({ endpoint: collector.endpoint, context }) };
}

test('importing a second copy leaves each its own default context, and the global object as it is', () => {
  const left = Object.getOwnPropertySymbols(globalThis).filter((key) => key.description?.startsWith('timberlog'));
  expect([again.createLogger === createLogger, again.context === context, left]).toEqual([false, false, []]);
});

test('a logger of the second, given the context of the first, carries it over an await', async () => {
  const { collector, logger } = await start();
  await context({ job: { id: 123 } }, async () => {
    await null;
    logger.info('inside');
  });
  await logger.flush();
  expect(collector.lines.map((line) => line.context)).toEqual([{ custom: { job: { id: 123 } } }]);
});

test('an invocation that the second follows has a base of its own in the context of the first', async () => {
  const { collector, logger } = await start();
  const app = again.withTimber(logger, {
    async fetch(request: Request, _env?: unknown, _ctx?: unknown) {
      const user = new URL(request.url).searchParams.get('user');
      if (user) context.set({ user: { id: user } });
      await null;
      logger.info(`answered ${user}`);
      return new Response('ok');
    },
  });
  await Promise.all(['/?user=7', '/?user=8', '/'].map((path) => app.fetch(new Request(`http://shop.test${path}`))));
  const lines = await collector.waitForLines(3);
  const found = lines.map(({ message, context }) => [message, context.http.host, context.user?.id]);
  expect(found.sort()).toEqual([
    ['answered 7', 'shop.test', '7'],
    ['answered 8', 'shop.test', '8'],
    ['answered null', 'shop.test', undefined],
  ]);
});

test('withTimber takes no logger of another copy: it says so and leaves the Worker as it was', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const { logger } = await start();
  const app = { fetch: () => new Response('ok') };
  expect(withTimber(logger, app)).toBe(app);
  expect(warn.mock.calls).toEqual([[expect.stringContaining('this copy of timberlog did not make')]]);
});
