// A page that goes with more than 64 KiB of lines, to a collector that takes gzip and to one that does not.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser } from '../support/browser.js';
import { type Collector, startCollector } from '../support/collector.js';
import { startPageServer, withScript } from '../support/pageServer.js';
import '../support/timberGlobal.js';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
  return browser.close;
});

declare const logger: import('timberlog').Logger;

async function openBacklogPage(collector: Collector) {
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        var logger = timber.createLogger({ endpoint: '${collector.endpoint}', key: 'k', onTrouble() {} });`),
      '/silent': '<!doctype html><title>no logger here</title>',
    },
  });
  const page = await openPage(browser, url, {
    before: `window.compressed = 0;
      const { arrayBuffer } = Response.prototype;
      Response.prototype.arrayBuffer = function () { window.compressed++; return arrayBuffer.call(this); };`,
  });
  await page.evaluate(() => {
    logger.info('delivered');
    return logger.flush();
  });
  collector.answerAlways({ status: 503, headers: { 'retry-after': '3600' } });
  await page.evaluate(() => logger.flush());
  return { page, url };
}

/** As an application logs: no line is as another, but for words. */
function logBacklog(bytes: number) {
  const paths = ['/api/cart', '/api/items', '/api/checkout/payment', '/api/search', '/api/session'];
  let logged = 0;
  for (let i = 0; logged < bytes; i++) {
    const ms = Math.round(Math.random() * 10_000) / 10;
    const path = paths[Math.floor(Math.random() * paths.length)];
    timber.context({ user: { id: String(1_000 + (i % 7)) }, job: { id: i, step: i % 5 } }, () =>
      logger.info(`GET ${path}/${Math.floor(Math.random() * 10_000)} answered 200 in ${ms} ms`, { ms, attempt: 1 }),
    );
    logged += 250;
  }
  logger.error('the one error');
}

test('one exit carries 400 KB of lines within 64 KiB to a collector that takes gzip', async () => {
  const collector = await startCollector({ announce: '1, gzip, receipts' });
  const { page } = await openBacklogPage(collector);
  await page.evaluate(logBacklog, 420_000);
  await expect.poll(() => page.evaluate(() => (window as any).compressed), { timeout: 10_000 }).toBeGreaterThan(4);
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  const { buffered } = await page.evaluate(() => logger.stats());
  collector.answerAlways({});

  await page.evaluate(() => location.assign('/silent'));
  await collector.waitForLines(buffered, 10_000);

  const beacons = collector.requests.filter(({ beacon }) => beacon);
  const wireBytes = beacons.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const textBytes = beacons.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  console.log(`one exit: ${textBytes} bytes of lines in ${wireBytes}`);
  expect(wireBytes).toBeLessThanOrEqual(65_536);
  expect(textBytes).toBeGreaterThanOrEqual(400_000);
  expect(new Set([...collector.byId.values()].map(({ times }) => times))).toEqual(new Set([1]));
});

test('plain text goes to a collector that does not, as much as fits, the error first', async () => {
  const collector = await startCollector({ announce: '1, receipts' });
  const { page } = await openBacklogPage(collector);
  await page.evaluate(logBacklog, 200_000);
  collector.answerAlways({});

  await page.evaluate(() => location.assign('/silent'));
  await collector.waitForMessage('the one error');
  await page.waitForURL('**/silent');

  const beacons = collector.requests.filter(({ beacon }) => beacon);
  expect(beacons[0]?.lines[0]?.message).toBe('the one error');
  expect(beacons.map(({ url }) => url.searchParams.get('encoding'))).toEqual(beacons.map(() => null));
  expect(beacons.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(65_536);
  expect(beacons.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeGreaterThan(60_000);
});

test('what an exit could not carry arrives at the next visit, each line once', async () => {
  const collector = await startCollector({ announce: '1, gzip, receipts' });
  const { page, url } = await openBacklogPage(collector);
  await page.evaluate(logBacklog, 1_500_000);
  const { buffered } = await page.evaluate(() => logger.stats());
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(buffered);
  collector.answerAlways({});

  await page.goto(url);
  await collector.waitForLines(buffered + 1, 30_000);

  expect(new Set([...collector.byId.values()].map(({ times }) => times))).toEqual(new Set([1]));
});
