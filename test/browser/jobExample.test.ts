// The example that everything serves, from a page to a collector.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser } from '../support/browser.js';
import { startCollector } from '../support/collector.js';
import { startPageServer, withModule, withScript } from '../support/pageServer.js';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
  return browser.close;
});

const job = `
  context({ job: { id: 123, count: 1 } }, () => {
    logger.info('Background job execution started');
    context({ job: { count: 2 } }, () => {
      logger.info('Background job in progress');
    });
    logger.info('Background job execution completed');
  });`;

test('a job’s nested contexts stand on its lines, by the script build', async () => {
  const collector = await startCollector();
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        const { context } = timber;
        const logger = timber.createLogger({ endpoint: '${collector.endpoint}', flush: { everyMs: 0 } });${job}`),
    },
  });

  await openPage(browser, url);

  const lines = await collector.waitForLines(3);
  expect(lines.map((line) => [line.message, line.context])).toEqual([
    ['Background job execution started', { custom: { job: { id: 123, count: 1 } } }],
    ['Background job in progress', { custom: { job: { id: 123, count: 2 } } }],
    ['Background job execution completed', { custom: { job: { id: 123, count: 1 } } }],
  ]);
});

test('a job’s nested contexts stand on its lines, by the module build', async () => {
  const collector = await startCollector();
  const { url } = await startPageServer({
    routes: {
      '/': withModule(`
        import { context, createLogger } from 'timberlog';
        const logger = createLogger({ endpoint: '${collector.endpoint}', flush: { everyMs: 0 } });${job}`),
    },
  });

  await openPage(browser, url);

  const lines = await collector.waitForLines(3);
  expect(lines.map((line) => line.context.custom.job)).toEqual([
    { id: 123, count: 1 },
    { id: 123, count: 2 },
    { id: 123, count: 1 },
  ]);
});

test('a logger with its own context has none of the shared one, only its own', async () => {
  const collector = await startCollector();
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        const { context } = timber;
        const own = timber.createContext();
        const logger = timber.createLogger({
          endpoint: '${collector.endpoint}', context: own, flush: { everyMs: 0 },
        });
        own({ build: { version: '1.0.0' } }, () => {${job}});`),
    },
  });

  await openPage(browser, url);

  const lines = await collector.waitForLines(3);
  expect(lines.map((line) => line.context)).toEqual(Array(3).fill({ custom: { build: { version: '1.0.0' } } }));
});

test('a line has the wire format: id, dt, level, logger, message, native and custom context, event', async () => {
  const collector = await startCollector();
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        const logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: 'k 1', name: 'shop', release: { version: '1.0.0' },
          flush: { everyMs: 0 },
        });
        timber.context.set({ user: { id: '42' } });
        timber.context({ job: { id: 123 } }, () => {
          logger.info('Background job execution started', { payment_rejected: { amount: 100 } });
        });`),
    },
  });

  await openPage(browser, url);

  const [line] = await collector.waitForLines(1);
  expect(line).toEqual({
    id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}-1$/),
    dt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: 'info',
    logger: 'shop',
    message: 'Background job execution started',
    context: { user: { id: '42' }, release: { version: '1.0.0' }, custom: { job: { id: 123 } } },
    event: { custom: { payment_rejected: { amount: 100 } } },
  });
  expect(collector.requests[0]).toMatchObject({ key: 'k 1', method: 'POST' });
  expect(collector.requests[0]?.headers['content-type']).toMatch(/^text\/plain/);
  expect(collector.preflights).toHaveLength(0);
});

test('a user set at login stands on later lines, and no more after logout', async () => {
  const collector = await startCollector();
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        const logger = timber.createLogger({ endpoint: '${collector.endpoint}', flush: { everyMs: 0 } });
        timber.context({ request: 1 }, () => {
          timber.context.set({ user: { id: '42' } });
          logger.info('in');
          timber.context.set({ user: undefined });
          logger.info('out');
        });`),
    },
  });

  await openPage(browser, url);

  const lines = await collector.waitForLines(2);
  expect(lines.map((line) => line.context)).toEqual([
    { user: { id: '42' }, custom: { request: 1 } },
    { custom: { request: 1 } },
  ]);
});

test('a child logger’s fields stand on its lines over the context', async () => {
  const collector = await startCollector();
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        const logger = timber.createLogger({ endpoint: '${collector.endpoint}', flush: { everyMs: 0 } });
        const child = logger.with({ job: { count: 2 }, part: 'cart' });
        timber.context({ job: { id: 1, count: 1 } }, () => {
          child.info('child');
          logger.info('parent');
        });`),
    },
  });

  await openPage(browser, url);

  const lines = await collector.waitForLines(2);
  expect(lines.map((line) => line.context.custom)).toEqual([
    { job: { id: 1, count: 2 }, part: 'cart' },
    { job: { id: 1, count: 1 } },
  ]);
});
