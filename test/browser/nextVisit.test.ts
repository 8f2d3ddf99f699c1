// What a killed page or browser left behind, and who sends it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
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

const startSite = (collector: Collector, key = 'k') =>
  startPageServer({
    routes: {
      '/': withScript(`
        var logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: '${key}', flush: { everyMs: 50 }, onTrouble() {},
        });`),
      '/silent': '<!doctype html><title>no logger here</title>',
    },
  });

async function makeProfile() {
  const profile = await mkdtemp(join(tmpdir(), 'timberlog-profile-'));
  onTestFinished(() => rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return profile;
}

test('lines saved before the browser was killed arrive at the next visit, under the same ids', async () => {
  const profile = await makeProfile();
  const collector = await startCollector();
  collector.answerAlways({ status: 503 });
  const { url } = await startSite(collector);
  const first = await launchBrowser({ profile });
  const page = await openPage(first, url, { context: first.context });
  await page.evaluate(() => {
    timber.context({ job: { id: 123 } }, () => logger.info('info'));
    logger.error('error');
  });
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(2);
  await collector.waitForRequests(1);
  await first.kill();

  collector.answerAlways({});
  const second = await launchBrowser({ profile });
  await openPage(second, url, { context: second.context });

  const lines = await collector.waitForLines(2);
  expect(lines.map((line) => [line.message, line.context?.custom])).toEqual([
    ['info', { job: { id: 123 } }],
    ['error', undefined],
  ]);
  const sentByTheFirst = new Set(collector.requests[0]?.lines.map((line) => line.id));
  expect(lines.filter((line) => sentByTheFirst.has(line.id)).length).toBe(sentByTheFirst.size);
});

test('the database is opened inside createLogger: what is logged soon after a page has loaded is saved too', async () => {
  const collector = await startCollector();
  const { url, route } = await startSite(collector);
  route('/', withScript(`timber.createLogger({ endpoint: '${collector.endpoint}' }); window.seen = window.opened;`));

  const page = await openPage(browser, url, {
    before: `window.opened = 0; const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (...args) { window.opened++; return open.apply(this, args); };`,
  });

  await expect(page.evaluate(() => (window as any).seen)).resolves.toBe(1);
});

test('lines are saved once more when the database is deleted under the page', async () => {
  const collector = await startCollector();
  collector.answerAlways({ status: 503 });
  const { url } = await startSite(collector);
  const page = await openPage(browser, url, { before: 'navigator.sendBeacon = () => false;' });
  await page.evaluate(() => logger.error('saved twice'));
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);

  const savedAfterwards = await page.evaluate(async () => {
    await new Promise((resolve) => {
      indexedDB.deleteDatabase('timberlog').onsuccess = resolve;
    });
    return logger.stats().saved;
  });
  expect(savedAfterwards).toBe(0);
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);
  collector.answerAlways({});
  await page.goto(url);

  await collector.waitForMessage('saved twice');
});

test('lines that were delivered are not sent at the next visit', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const page = await openPage(browser, url);
  await page.evaluate(() => {
    logger.info('delivered');
    return logger.flush();
  });

  await page.goto(url);
  await page.evaluate(() => {
    logger.info('of the second visit');
  });

  await collector.waitForMessage('of the second visit');
  await expect.poll(() => page.evaluate(countRecords)).toBe(0);
  expect([...collector.byId.values()].map(({ times }) => times)).toEqual([1, 1]);
});

test('a record that was not deleted in time is sent again under the same ids, and then deleted', async () => {
  const collector = await startCollector();
  const gate = createGate();
  collector.answer({ until: gate.opened });
  const { url } = await startSite(collector);
  const page = await openPage(browser, url);
  await page.evaluate(() => {
    logger.error('stored, and the answer never read');
  });
  await collector.waitForRequests(1);

  await page.goto(`${url}/silent`);
  gate.open();
  await page.goto(url);

  await collector.waitForRequests((requests) => requests.some(({ beacon }) => !beacon && requests.length >= 2));
  await expect.poll(() => page.evaluate(countRecords)).toBe(0);
  const stored = [...collector.byId.values()];
  expect(stored.map(({ texts }) => texts.size)).toEqual([1]);
});

test('lines of another page that is alive are left to it, those of one that is gone are taken over', async () => {
  const collector = await startCollector();
  collector.answerAlways({ status: 503 });
  const { url } = await startSite(collector);
  const living = await openPage(browser, `${url}/silent`);
  await living.route('**/v1/logs*', (route) => route.abort()); // what it has, it keeps
  await living.goto(url);
  await living.evaluate(() => logger.error('of the living'));
  await expect.poll(() => living.evaluate(() => logger.stats().saved)).toBe(1);
  const gone = await openPage(browser, url, {
    before: 'navigator.sendBeacon = () => false;',
    context: living.context(),
  });
  await gone.evaluate(() => logger.error('of the one that is gone'));
  await expect.poll(() => gone.evaluate(() => logger.stats().saved)).toBe(1);
  await gone.goto(`${url}/silent`);
  collector.answerAlways({});

  const next = await openPage(browser, url, { context: gone.context() });

  await collector.waitForMessage('of the one that is gone'); // read from disk together with those of the living
  await next.evaluate(() => logger.flush());
  expect(collector.lines.map((line) => line.message)).toEqual(['of the one that is gone']);
});

test('loggers with other keys never send each other’s lines', async () => {
  const collector = await startCollector();
  collector.answerAlways({ status: 503 });
  const red = await startSite(collector, 'red');
  const page = await openPage(browser, red.url);
  await page.evaluate(() => logger.error('of red'));
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);

  red.route(
    '/',
    withScript(
      `var logger = timber.createLogger({ endpoint: '${collector.endpoint}', key: 'blue', flush: { everyMs: 0 } });`,
    ),
  );
  collector.answerAlways({});
  await page.goto(red.url);
  await page.evaluate(() => {
    logger.info('of blue');
    return logger.flush();
  });

  const ofBlue = collector.requests.filter(({ key }) => key === 'blue').flatMap(({ lines }) => lines);
  expect(ofBlue.map((line) => line.message)).toEqual(['of blue']);
});

/** Those of lines. */
function countRecords(): Promise<number> {
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
