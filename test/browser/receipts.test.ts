// Lines that nobody acknowledged, and a collector that can tell which of them arrived.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
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

const receipts = { announce: '1, receipts' };

const startSite = (collector: Collector, options = '') =>
  startPageServer({
    routes: {
      '/': withScript(`
        var logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 3_600_000 }, onTrouble() {}, ${options}
        });`),
      '/silent': '<!doctype html><title>no logger here</title>',
    },
  });

/** A page whose collector has announced itself, and whose beacons arrive, or only seem to. */
async function openKnownPage(url: string, collector: Collector, beacons = true) {
  const page = await openPage(browser, url, {
    before: beacons ? '' : `if (location.pathname === '/') navigator.sendBeacon = () => true;`,
  });
  await page.evaluate(() => {
    logger.info('delivered');
    return logger.flush();
  });
  await collector.waitForMessage('delivered');
  return page;
}

const timesOf = (collector: Collector) =>
  [...collector.byId.values()].map(({ line, times }) => `${line.message} ${times}`);

async function visitAgain(page: TestPage, url: string) {
  await page.goto(url);
  await page.evaluate(() => {
    logger.info('of the second visit');
    return logger.flush();
  });
}

test('what a beacon brought is not sent again at the next visit', async () => {
  const collector = await startCollector(receipts);
  const { url } = await startSite(collector);
  const page = await openKnownPage(url, collector);
  await page.evaluate(() => {
    logger.info('by beacon');
    location.href = '/silent';
  });
  await collector.waitForMessage('by beacon');
  await page.waitForURL('**/silent');

  await visitAgain(page, url);
  await collector.waitForQuestions(1);
  await expect.poll(() => page.evaluate(countLines)).toBe(0);

  expect(timesOf(collector)).toEqual(['delivered 1', 'by beacon 1', 'of the second visit 1']);
});

test('of what was handed to a beacon, only what did not arrive is sent at the next visit', async () => {
  const collector = await startCollector(receipts);
  const { url } = await startSite(collector);
  const page = await openKnownPage(url, collector, false);
  await page.evaluate(() => {
    for (const word of ['one', 'two', 'three']) logger.info(word);
    location.href = '/silent';
  });
  await page.waitForURL('**/silent');

  await page.goto(url);
  await collector.waitForLines(4);

  expect(collector.questions).toEqual([
    { ids: [expect.stringMatching(/-2\.\.4$/)], missing: Array(3).fill(expect.any(String)) },
  ]);
  expect(timesOf(collector)).toEqual(['delivered 1', 'one 1', 'two 1', 'three 1']);
});

test('what was stored by a request whose answer the page never read is not sent again', async () => {
  const collector = await startCollector(receipts);
  const { url } = await startSite(collector);
  const page = await openKnownPage(url, collector, false);
  const gate = createGate();
  collector.answer({ until: gate.opened });
  await page.evaluate(() => {
    logger.error('stored, and the answer never read');
  });
  await collector.waitForMessage('stored, and the answer never read');

  await page.goto(`${url}/silent`);
  gate.open();
  await visitAgain(page, url);
  await collector.waitForQuestions(1);

  expect(new Set(timesOf(collector))).toEqual(
    new Set(['delivered 1', 'stored, and the answer never read 1', 'of the second visit 1']),
  );
});

test.each([
  ['404', { status: 404 }],
  ['an answer that is no JSON', { status: 200, body: 'what?' }],
  ['500', { status: 500 }],
])('a collector that promises receipts and answers %s is sent the lines again', async (_, answer) => {
  const collector = await startCollector(receipts);
  collector.answerReceipts(answer);
  const { url } = await startSite(collector);
  const page = await openKnownPage(url, collector);
  await page.evaluate(() => {
    logger.info('by beacon');
    location.href = '/silent';
  });
  await collector.waitForMessage('by beacon');
  await page.waitForURL('**/silent');

  await visitAgain(page, url);
  await expect.poll(() => timesOf(collector)).toContain('by beacon 2');
});

test('a captive portal that answers for receipts settles nothing', async () => {
  const collector = await startCollector(receipts);
  const { url } = await startSite(collector);
  const page = await openKnownPage(url, collector, false);
  await page.evaluate(() => {
    logger.info('swallowed');
    location.href = '/silent';
  });
  await page.waitForURL('**/silent');
  collector.answerReceipts({ status: 200, announce: false, body: '{"missing":[]}' });

  await page.goto(url);
  await collector.waitForQuestions(1);
  collector.answerReceipts(undefined);

  await collector.waitForMessage('swallowed', 20_000);
});

test('without receipts, what was handed to a beacon is sent again, under the same id', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const page = await openKnownPage(url, collector);
  await page.evaluate(() => {
    logger.info('by beacon');
    location.href = '/silent';
  });
  await collector.waitForMessage('by beacon');
  await page.waitForURL('**/silent');

  await visitAgain(page, url);

  await expect.poll(() => timesOf(collector)).toEqual(['delivered 1', 'by beacon 2', 'of the second visit 1']);
});

test('with exit: trust, what a beacon took is not sent again, and what none took is', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector, `exit: 'trust'`);
  const page = await openKnownPage(url, collector);
  await page.evaluate(() => {
    logger.error('by beacon');
    navigator.sendBeacon('/silent', 'x'.repeat(40_000));
    for (let i = 0; i < 20; i++) logger.info(`backlog ${i} ${'x'.repeat(2_000)}`);
    location.href = '/silent';
  });
  await collector.waitForMessage('by beacon');
  await page.waitForURL('**/silent');

  await page.goto(url);
  await collector.waitForLines(22);
  await expect.poll(() => page.evaluate(countLines)).toBe(0);

  expect(timesOf(collector).filter((told) => !told.endsWith(' 1'))).toEqual([]);
});

test('with exit: trust and a collector that keeps receipts, it is asked', async () => {
  const collector = await startCollector(receipts);
  const { url } = await startSite(collector, `exit: 'trust'`);
  const page = await openKnownPage(url, collector, false);
  await page.evaluate(() => {
    logger.info('swallowed');
    location.href = '/silent';
  });
  await page.waitForURL('**/silent');

  await page.goto(url);

  await collector.waitForMessage('swallowed');
});

test('lines left by several pages are sent in the order of their ids', async () => {
  const collector = await startCollector(receipts);
  const { url } = await startSite(collector);
  const page = await openKnownPage(url, collector, false);
  collector.answerAlways({ status: 503 });
  for (const visit of [1, 2]) {
    await page.evaluate((n) => {
      for (const word of ['a', 'b']) logger.info(`${n}${word}`);
    }, visit);
    await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(2);
    if (visit === 1) await page.goto(url);
  }
  await page.goto(`${url}/silent`);
  collector.answerAlways({});

  await page.goto(url);
  await collector.waitForLines(5);

  expect(collector.lines.map((line) => line.message)).toEqual(['delivered', '1a', '1b', '2a', '2b']);
});

test('a page that comes back from the back/forward cache asks before it sends again what it handed to a beacon', async () => {
  const cached = await launchBrowser({ backForwardCache: true });
  const collector = await startCollector(receipts);
  const { url } = await startSite(collector);
  const page = await openPage(cached, url, { context: cached.context });
  await page.evaluate(() => {
    addEventListener('pageshow', (event) => Object.assign(window, { restored: event.persisted }));
    logger.info('delivered');
    return logger.flush();
  });
  await page.evaluate(() => {
    logger.info('by beacon');
    location.href = '/silent';
  });
  await collector.waitForMessage('by beacon');
  await page.waitForURL('**/silent');

  await page.evaluate(() => history.back());
  await expect.poll(() => page.evaluate(() => (window as any).restored)).toBe(true);
  await page.evaluate(() => logger.flush());

  expect(timesOf(collector)).toEqual(['delivered 1', 'by beacon 1']);
  await expect(page.evaluate(() => logger.stats())).resolves.toMatchObject({ logged: 2, delivered: 2, buffered: 0 });
});

test('what a page adopted after a crash is asked for, too', async () => {
  const collector = await startCollector(receipts);
  const { url } = await startSite(collector);
  const page = await openKnownPage(url, collector);
  collector.answer({ hang: true, stores: true });
  await page.evaluate(() => logger.error('stored before the crash'));
  await collector.waitForMessage('stored before the crash');
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);
  const context = page.context();
  await Promise.all([page.waitForEvent('crash'), page.goto('chrome://crash').catch(() => {})]);

  const next = await openPage(browser, url, { context });
  await collector.waitForQuestions(1);
  await expect.poll(() => next.evaluate(countLines)).toBe(0);

  expect(timesOf(collector)).toEqual(['delivered 1', 'stored before the crash 1']);
});

/** Records of lines on disk. */
function countLines(): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('timberlog');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asking = opening.result.transaction('lines').objectStore('lines').getAllKeys();
      asking.onsuccess = () => {
        opening.result.close();
        resolve(asking.result.filter((key) => Array.isArray(key) && (key[2] as number) > 0).length);
      };
    };
  });
}
