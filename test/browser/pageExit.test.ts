// A page that goes: navigated away, reloaded, closed, hidden, into the back/forward cache and out again.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser } from '../support/browser.js';
import { type Collector, startCollector } from '../support/collector.js';
import { createGate } from '../support/gate.js';
import { startPageServer, withScript } from '../support/pageServer.js';
import '../support/timberGlobal.js';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
  return browser.close;
});

declare const logger: import('timberlog').Logger;

async function startSite(collector: Collector, code = '', options = '') {
  return startPageServer({
    routes: {
      '/': withScript(`
        var logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: 'k', ${options || 'flush: { everyMs: 3_600_000 }'}
        });${code}`),
      '/elsewhere': '<!doctype html><title>elsewhere</title>',
    },
  });
}

const messagesOf = (collector: Collector) => collector.lines.map((line) => line.message);

test('lines logged right before the page is left arrive by beacon', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const page = await openPage(browser, url);

  await page.evaluate(() => {
    logger.info('one');
    timber.context({ job: { id: 1 } }, () => logger.info('two'));
    location.href = '/elsewhere';
  });

  const lines = await collector.waitForLines(2);
  expect(lines.map((line) => line.message)).toEqual(['one', 'two']);
  expect(lines[1]?.context.custom).toEqual({ job: { id: 1 } });
  expect(collector.requests.every((request) => request.key === 'k')).toBe(true);
});

test('a line logged after the page has written itself anew by document.open() arrives by beacon', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector, '', 'flush: { everyMs: 3_600_000 }, buffer: { persist: false }');
  const page = await openPage(browser, url);

  await page.evaluate(() => {
    document.open();
    document.write('<p>anew');
    document.close();
    logger.info('anew');
    location.href = '/elsewhere';
  });

  await collector.waitForMessage('anew');
});

test.each([
  ['navigated away', 'pagehide', (page: import('playwright-core').Page, url: string) => page.goto(`${url}/elsewhere`)],
  ['reloaded', 'pagehide', (page: import('playwright-core').Page) => page.reload()],
  ['closed', 'pagehide', (page: import('playwright-core').Page) => page.close({ runBeforeUnload: true })],
  [
    'navigated away',
    'visibilitychange',
    (page: import('playwright-core').Page, url: string) => page.goto(`${url}/elsewhere`),
  ],
  ['reloaded', 'visibilitychange', (page: import('playwright-core').Page) => page.reload()],
  ['closed', 'visibilitychange', (page: import('playwright-core').Page) => page.close({ runBeforeUnload: true })],
])('when the page is %s, a line logged in %s arrives, now or at the next visit', async (_, event, leave) => {
  const collector = await startCollector();
  const { url, otherUrl } = await startSite(collector);
  expect(otherUrl).not.toBe(url);
  const page = await openPage(browser, url);
  await page.evaluate((name) => {
    addEventListener(name, () => logger.info('last words'), true);
  }, event);
  const context = page.context();

  await leave(page, url);
  const next = await context.newPage();
  await next.goto(url);

  await collector.waitForMessage('last words');
});

test.each([
  ['pagehide', 'info'],
  ['pagehide', 'error'],
  ['visibilitychange', 'info'],
  ['visibilitychange', 'error'],
] as const)(
  'all that a listener added after ours logs in %s as %s is saved when the tab is closed',
  async (event, level) => {
    const collector = await startCollector();
    const { url } = await startSite(collector);
    const page = await openPage(browser, url, {
      before: 'navigator.sendBeacon = () => false; window.fetch = () => new Promise(() => {});',
    });
    await page.evaluate(() => logger.info('the database is open once this is saved'));
    await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);
    await page.evaluate(
      ([name, at]) => {
        const target = name === 'pagehide' ? window : document;
        target.addEventListener(name, () => {
          for (const word of ['first', 'second', 'third']) logger[at](word);
        });
      },
      [event, level] as const,
    );
    const context = page.context();

    await page.close({ runBeforeUnload: true });
    const next = await context.newPage();
    await next.goto(url);

    const lines = await collector.waitForLines((all) => all.some((line) => line.message === 'third'));
    expect(lines.map((line) => line.message).sort()).toEqual([
      'first',
      'second',
      'the database is open once this is saved',
      'third',
    ]);
  },
);

test('a beacon that was taken and never arrived is made good at the next visit, under the same id', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const page = await openPage(browser, url, {
    before: `navigator.sendBeacon = (url, text) => { (window.top.beacons ??= []).push(text); return true; };`,
  });

  await page.evaluate(() => {
    logger.error('swallowed');
    location.reload();
  });

  await collector.waitForMessage('swallowed');
  expect([...collector.byId.values()].map(({ texts }) => texts.size)).toEqual([1]);
});

test('a beacon that is refused loses nothing', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const page = await openPage(browser, url, { before: 'navigator.sendBeacon = () => false;' });

  await page.evaluate(() => {
    logger.info('refused');
    location.reload();
  });

  await collector.waitForMessage('refused');
});

test('of more than 64 KiB the errors go first by beacon, and the next visit brings the rest', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const page = await openPage(browser, url, {
    before: 'window.fetch = () => new Promise(() => {});', // nothing but beacons gets out of this page
  });
  await page.evaluate(() => logger.info('the database is open once this is saved'));
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);

  await page.evaluate(() => {
    for (let i = 0; i < 100; i++) logger.info(`info ${i} ${'x'.repeat(2_000)}`);
    logger.error('the error');
    location.href = '/elsewhere';
  });
  await collector.waitForMessage('the error');
  expect(collector.lines[0]?.message).toBe('the error');
  expect(collector.lines.length).toBeLessThan(40);

  const next = await page.context().newPage();
  await next.goto(url);
  await collector.waitForLines(102);
});

test('a hidden page sends by a keepalive fetch and reads its answer', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const page = await openPage(browser, url);

  await page.evaluate(() => {
    logger.info('hidden');
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });

  await collector.waitForMessage('hidden');
  await expect.poll(() => page.evaluate(() => logger.stats().delivered)).toBe(1);
  expect(collector.requests.map((request) => request.beacon)).toEqual([false]);
});

test('a request under way outlives the page, and beacons do not repeat what it carries', async () => {
  const collector = await startCollector();
  const gate = createGate();
  collector.answer({ until: gate.opened });
  const { url } = await startSite(collector);
  const page = await openPage(browser, url);
  await page.evaluate(() => {
    logger.info('under way');
    void logger.flush();
  });
  await collector.waitForRequests(1);
  await page.evaluate(() => logger.info('later'));

  await page.goto(`${url}/elsewhere`);

  await collector.waitForMessage('later');
  gate.open();
  expect(collector.requests.map(({ beacon, lines }) => [beacon, lines.map((line) => line.message)])).toEqual([
    [false, ['under way']],
    [true, ['later']],
  ]);
});

test('a request too large to outlive the page is ended when it goes, and its lines leave by beacon', async () => {
  const collector = await startCollector();
  const gate = createGate();
  collector.answer({ until: gate.opened, stores: false });
  const { url } = await startSite(collector, '', 'flush: { everyMs: 3_600_000, maxBodyBytes: 500_000 }');
  const page = await openPage(browser, url);
  await page.evaluate(() => {
    for (let i = 0; i < 70; i++) logger.info(`${i} ${'x'.repeat(1_000)}`);
    logger.error('under way');
    void logger.flush();
  });
  await collector.waitForRequests(1);

  await page.goto(`${url}/elsewhere`);

  await collector.waitForMessage('under way');
  expect(collector.requests[1]?.beacon).toBe(true);
  gate.open();
});

test('the page is restored from the back/forward cache, and its lines arrive once an id', async () => {
  const cached = await launchBrowser({ backForwardCache: true });
  const collector = await startCollector();
  const { url } = await startSite(
    collector,
    `addEventListener('pageshow', (event) => { restored = event.persisted; });`,
  );
  const page = await openPage(cached, url, { context: cached.context });
  await page.evaluate(() => logger.info('before'));

  await page.goto(`${url}/elsewhere`);
  await page.goBack({ waitUntil: 'commit' }); // a restored page loads nothing

  await expect.poll(() => page.evaluate(() => (window as any).restored)).toBe(true);
  await page.evaluate(() => {
    logger.info('after');
    return logger.flush();
  });
  expect(messagesOf(collector)).toEqual(['before', 'after']);
  await expect(page.evaluate(() => logger.stats())).resolves.toMatchObject({ delivered: 2, buffered: 0 });
});
