// Pages and browsers that end at the worst moments, and quotas that others have used up. A fault passes when the ids at
// the collector after the next visit are those that were logged.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
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

const startSite = (collector: Collector, { code = '', csp = '' } = {}) =>
  startPageServer({
    routes: {
      '/': {
        body: withScript(`
          var logger = timber.createLogger({
            endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 3_600_000 }, onTrouble() {},
          });${code}`),
        ...(csp ? { headers: { 'content-security-policy': csp } } : {}),
      },
      '/next': withScript(`
        var logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 50 }, onTrouble() {} });`),
      '/silent': '<!doctype html><title>no logger here</title>',
    },
  });

async function crash(page: TestPage) {
  await Promise.all([page.waitForEvent('crash'), page.goto('chrome://crash').catch(() => {})]);
}

async function openSavedPage(url: string, before = '') {
  const page = await openPage(browser, url, { before });
  await page.evaluate(() => logger.info('first'));
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);
  return page;
}

const messagesOf = (collector: Collector) => collector.lines.map((line) => line.message);

describe('a renderer killed', () => {
  test('between the acknowledgement and the removal from disk sends again, under the same ids', async () => {
    const collector = await startCollector();
    const { url } = await startSite(collector);
    const page = await openSavedPage(
      url,
      `if (location.pathname === '/') IDBObjectStore.prototype.delete = () => ({});`,
    );
    await page.evaluate(() => logger.flush());
    const context = page.context();
    await crash(page);

    await openPage(browser, `${url}/next`, { context });

    await expect
      .poll(() => [...collector.byId.values()].map(({ times, texts }) => [times, texts.size]))
      .toEqual([[2, 1]]);
  });

  test('between taking a body and sending it loses nothing', async () => {
    const collector = await startCollector();
    const { url } = await startSite(collector);
    const page = await openSavedPage(
      url,
      `if (location.pathname === '/') window.fetch = () => { window.taken = true; return new Promise(() => {}); };`,
    );
    await page.evaluate(() => void logger.flush());
    await expect.poll(() => page.evaluate(() => (window as any).taken)).toBe(true);
    const context = page.context();
    await crash(page);

    await openPage(browser, `${url}/next`, { context });

    await collector.waitForMessage('first');
  });

  test('in a loop that never yields: errors arrive, and the first line; of others those of one save at most are missing', async () => {
    const collector = await startCollector();
    const { url } = await startSite(collector);
    const page = await openSavedPage(url);
    const busy = createGate();
    page.on('console', () => busy.open());
    page
      .evaluate(() => {
        for (let i = 0; i < 20; i++) logger.info(`info ${i}`);
        logger.error('error');
        logger.fatal('fatal');
        logger.info('after');
        console.log('busy');
        for (;;);
      })
      .catch(() => {}); // it is killed
    await busy.opened;
    const context = page.context();
    const killing = await browser.context.browser()!.newBrowserCDPSession();
    const { processInfo } = await killing.send('SystemInfo.getProcessInfo');
    const busiest = processInfo.filter(({ type }) => type === 'renderer').sort((a, b) => b.cpuTime - a.cpuTime)[0]!;
    process.kill(busiest.id, 'SIGKILL');

    await openPage(browser, `${url}/next`, { context });

    const lines = await collector.waitForLines((all) => all.some(({ message }) => message === 'error'));
    expect(lines.map(({ message }) => message)).toEqual([
      'first',
      ...Array.from({ length: 20 }, (_, i) => `info ${i}`),
      'error',
    ]);
  });
});

test('a browser killed after a save loses nothing of it', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'timberlog-profile-'));
  onTestFinished(() => rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const first = await launchBrowser({ profile });
  const page = await openPage(first, url, { context: first.context });
  await page.evaluate(() => {
    for (let i = 0; i < 1_000; i++) logger.info(`line ${i}`);
  });
  await expect.poll(() => page.evaluate(() => logger.stats().saved + logger.stats().delivered)).toBe(1_000);
  await first.kill();

  const second = await launchBrowser({ profile });
  await openPage(second, `${url}/next`, { context: second.context });

  await collector.waitForLines(1_000);
});

test('a line logged before the database is open leaves by beacon, when the page is left at once', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector, { code: `logger.info('at once'); location.replace('/silent');` });

  await openPage(browser, url).catch(() => {}); // interrupted by the page's own navigation

  await collector.waitForMessage('at once');
});

test('a beforeunload that the user cancels ends nothing', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector, {
    code: `addEventListener('beforeunload', (event) => event.preventDefault());`,
  });
  const page = await openSavedPage(url);
  await page.mouse.click(5, 5); // without an activation nobody is asked
  page.once('dialog', (dialog) => dialog.dismiss());
  await page.evaluate(() => location.assign('/silent'));

  const stats = await page.evaluate(async () => {
    logger.info('still here');
    await logger.flush();
    return logger.stats();
  });

  expect(stats).toMatchObject({ logged: 2, delivered: 2, buffered: 0 });
  page.on('dialog', (dialog) => dialog.accept());
});

test('a page hidden and shown again many times sends each line once', async () => {
  const collector = await startCollector();
  const { url } = await startSite(collector);
  const page = await openSavedPage(url);
  await page.evaluate(async () => {
    for (let i = 0; i < 20; i++) {
      for (const value of ['hidden', 'visible']) {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }
      logger.info(`turn ${i}`);
    }
    await logger.flush();
  });
  await collector.waitForLines(21);
  expect([...collector.byId.values()].filter(({ times }) => times > 1)).toEqual([]);
});

describe('the 64 KiB that beacons and keepalive requests share', () => {
  test('filled by another: what is refused is halved until it fits, errors first, and nothing else is taken for sent', async () => {
    const collector = await startCollector({ announce: '1, receipts' });
    const { url, route } = await startSite(collector);
    route('/slow', { until: new Promise(() => {}) });
    const page = await openSavedPage(
      url,
      `const { sendBeacon } = navigator;
      window.beacons = [];
      navigator.sendBeacon = (to, text) => {
        const taken = sendBeacon.call(navigator, to, text);
        window.beacons.push({ taken, text });
        return taken;
      };`,
    );
    await page.evaluate(() => logger.flush());
    // The page is told that it goes: once it really does, Chromium no longer counts what was under way before.
    const beacons: { taken: boolean; text: string }[] = await page.evaluate(() => {
      if (!navigator.sendBeacon('/slow', 'x'.repeat(55_000))) throw new Error('the quota was full before');
      for (let i = 0; i < 30; i++) logger.info(`info ${i} ${'x'.repeat(1_000)}`);
      logger.error('error');
      window.dispatchEvent(new Event('pagehide'));
      return (window as any).beacons.slice(1);
    });
    const taken = beacons.filter((beacon) => beacon.taken).map(({ text }) => text);
    expect(beacons.map((beacon) => beacon.taken)).toContain(false);
    expect(taken[0]).toContain('"message":"error"');
    expect(taken.join('').length).toBeLessThanOrEqual(65_536 - 55_000);
    expect(taken.join('\n').split('\n').length).toBeGreaterThan(5);
    await page.goto(`${url}/silent`);

    await page.goto(`${url}/next`);
    await collector.waitForLines(32);

    expect(new Set([...collector.byId.values()].map(({ times }) => times))).toEqual(new Set([1]));
  });

  test('are bytes, not characters: three-byte and surrogate text is cut where it fits', async () => {
    const collector = await startCollector();
    const { url } = await startSite(collector);
    const page = await openSavedPage(url);
    await page.evaluate(() => logger.flush());
    await page.evaluate(() => {
      for (let i = 0; i < 30; i++) logger.info(`${i} ${'木'.repeat(400)}${'😀'.repeat(300)}`);
      location.assign('/silent');
    });
    await page.waitForURL('**/silent');
    await collector.waitForLines(10);
    const byBeacon = collector.requests.filter(({ beacon }) => beacon);
    expect(byBeacon.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(65_536);
    expect(byBeacon.flatMap(({ badLines }) => badLines)).toEqual([]);

    await page.goto(`${url}/next`);
    await collector.waitForLines(31);
    expect([...collector.byId.values()].filter(({ texts }) => texts.size > 1)).toEqual([]);
  });

  test('a backlog of 1 MB at exit loses nothing', async () => {
    const collector = await startCollector();
    const { url } = await startSite(collector);
    const page = await openSavedPage(url);
    collector.answerAlways({ status: 503 });
    await page.evaluate(() => {
      for (let i = 0; i < 1_000; i++) logger.info(`${i} ${'x'.repeat(900)}`);
      location.assign('/silent');
    });
    await page.waitForURL('**/silent');
    collector.answerAlways({});

    await page.goto(`${url}/next`);
    await collector.waitForLines(1_001, 30_000);
  });

  test('a line of the largest size does not block those behind it', async () => {
    const collector = await startCollector();
    const { url, route } = await startSite(collector);
    route('/slow', { until: new Promise(() => {}) });
    const page = await openSavedPage(url);
    await page.evaluate(() => logger.flush());
    await page.evaluate(() => {
      navigator.sendBeacon('/slow', 'x'.repeat(20_000));
      logger.info('large', { a: Array.from({ length: 30 }, () => 'x'.repeat(1_900)) });
      logger.info('small');
      location.assign('/silent');
    });
    await collector.waitForMessage('small');
    await page.waitForURL('**/silent');
    await page.goto(`${url}/next`);
    await collector.waitForMessage('large');
  });
});

test.each([
  ['a CSP that forbids it', { csp: `connect-src 'none'` }, undefined],
  ['a blocker that says true', {}, `if (location.pathname === '/') navigator.sendBeacon = () => true;`],
])('a beacon that was taken and never arrives, by %s, is made good at the next visit', async (_, site, before) => {
  const collector = await startCollector();
  const { url } = await startSite(collector, site);
  const page = await openSavedPage(url, before);
  await page.goto(`${url}/silent`);
  expect(messagesOf(collector)).toEqual([]);

  await page.goto(`${url}/next`);

  await collector.waitForMessage('first');
});

test('a body that arrived cut is refused whole by the collector, and sent again', async () => {
  const collector = await startCollector();
  collector.answer({ cut: true });
  const { url } = await startSite(collector);
  const page = await openSavedPage(url);
  await page.evaluate(() => void logger.flush());
  await collector.waitForMessage('first', 20_000);
});

test('what a collector has announced is known to the next visit: its first body is gzip', async () => {
  const collector = await startCollector({ announce: '1, gzip, receipts' });
  const { url } = await startSite(collector);
  const page = await openSavedPage(url);
  await page.evaluate(() => logger.flush());
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(0);

  await page.goto(`${url}/next`);
  await page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500)); // the database is read
    for (let i = 0; i < 20; i++) logger.info(`line ${i} ${'x'.repeat(200)}`);
  });

  await collector.waitForLines(21);
  expect(collector.requests[1]?.url.searchParams.get('encoding')).toBe('gzip');
});

test('an answer without the header acknowledges nothing at the next visit either', async () => {
  const collector = await startCollector({ announce: true });
  const { url } = await startSite(collector);
  const page = await openSavedPage(url);
  await page.evaluate(() => logger.flush());
  collector.answer({ status: 200, announce: false, stores: false });

  await page.goto(`${url}/next`);
  await page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500)); // the database is read
    logger.info('behind a portal');
  });

  await collector.waitForMessage('behind a portal', 20_000);
});
