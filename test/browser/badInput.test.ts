// Whatever is logged, from a page where everything fails: nothing is thrown, and a safe line arrives later.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { startCollector } from '../support/collector.js';
import { startPageServer, withScript } from '../support/pageServer.js';
import '../support/timberGlobal.js';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
  return browser.close;
});

declare const logger: import('timberlog').Logger;

const blockIndexedDB = `Object.defineProperty(window, 'indexedDB', {
  get() { throw new DOMException('The operation is insecure.', 'SecurityError'); },
});`;

/** Runs log in a page without IndexedDB whose collector is down, starts the collector, and gives the line that arrives. */
async function logThenStartCollector(log: (page: TestPage) => Promise<unknown>) {
  const earlier = await startCollector();
  await earlier.close();
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        var logger = timber.createLogger({
          endpoint: '${earlier.endpoint}', flush: { everyMs: 0 }, onTrouble() {},
        });`),
    },
  });
  const page = await openPage(browser, url, { before: blockIndexedDB });
  await log(page);
  await expect.poll(() => page.evaluate(() => logger.stats().retried)).toBeGreaterThan(0);
  const collector = await startCollector({ port: earlier.port });
  await page.evaluate(() => logger.flush());
  await collector.waitForLines(1, 20_000);
  expect(page.errors).toEqual([]);
  return collector;
}

test('a cycle', async () => {
  const collector = await logThenStartCollector((page) =>
    page.evaluate(() => {
      const loop: { [name: string]: unknown } = { name: 'loop' };
      loop.self = loop;
      logger.info('cycle', { loop });
    }),
  );

  expect(collector.lines[0]?.event.custom).toEqual({ loop: { name: 'loop', self: '[circular]' } });
});

test('a BigInt', async () => {
  const collector = await logThenStartCollector((page) => page.evaluate(() => logger.info('big', { n: 2n ** 70n })));

  expect(collector.lines[0]?.event.custom).toEqual({ n: '1180591620717411303424' });
});

test('a getter that throws', async () => {
  const collector = await logThenStartCollector((page) =>
    page.evaluate(() =>
      logger.info('getter', {
        get broken() {
          throw new Error('no');
        },
        whole: 1,
      }),
    ),
  );

  expect(collector.lines[0]?.event.custom).toEqual({ broken: '[getter threw: no]', whole: 1 });
});

test('undefined, as message and as value', async () => {
  const collector = await logThenStartCollector((page) =>
    page.evaluate(() => logger.info(undefined as never, { gone: undefined, there: null })),
  );

  expect(collector.lines[0]).toMatchObject({ message: 'undefined', event: { custom: { there: null } } });
});

test('10 MB of text, as message and as value', async () => {
  const collector = await logThenStartCollector((page) =>
    page.evaluate(() => {
      const text = 'é'.repeat(5 * 1024 * 1024);
      logger.info(text, { text });
    }),
  );

  const line = collector.lines[0];
  expect(Buffer.byteLength(line?.message ?? '')).toBeLessThanOrEqual(8_192);
  expect(line?.message).toMatch(/^é+…\[cut: 5242880 characters\]$/);
  expect(line?.event.custom.text).toMatch(/^é+…\[cut: 5242880 characters\]$/);
  expect(collector.requests.at(-1)?.bytes.length).toBeLessThanOrEqual(60_000);
});

test('DOM nodes, windows, Proxies that throw and other oddities', async () => {
  const collector = await logThenStartCollector((page) =>
    page.evaluate(() =>
      logger.info('odd', {
        node: document.body,
        window,
        proxy: Proxy.revocable({}, {}).proxy,
        revoked: (() => {
          const { proxy, revoke } = Proxy.revocable({}, {});
          revoke();
          return proxy;
        })(),
        symbol: Symbol('s'),
        promise: Promise.resolve(1),
        surrogate: '\ud800',
      }),
    ),
  );

  expect(collector.lines[0]?.event.custom).toEqual({
    node: '[node body]',
    window: '[Window]',
    proxy: {},
    revoked: expect.stringContaining('[unreadable'),
    symbol: 'Symbol(s)',
    promise: '[Promise]',
    surrogate: '\ufffd',
  });
});

test('the page is told of the missing IndexedDB in one sentence', async () => {
  const collector = await startCollector();
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        var logger = timber.createLogger({ endpoint: '${collector.endpoint}', flush: { everyMs: 0 } });
        for (let i = 0; i < 5; i++) logger.error('line ' + i);`),
    },
  });

  const page = await openPage(browser, url, { before: blockIndexedDB });

  await collector.waitForLines(5);
  expect(page.consoleLines).toEqual([expect.stringContaining('Lines cannot be kept in IndexedDB')]);
  expect(page.errors).toEqual([]);
});
