// What becomes of a line whatever the network or the collector does: the table of the README, row by row.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { closeWithTest } from '../support/closeWithTest.js';
import { type Answer, type Collector, startCollector } from '../support/collector.js';
import { startPageServer, withScript } from '../support/pageServer.js';
import '../support/timberGlobal.js';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
  return browser.close;
});

declare const logger: import('timberlog').Logger;
declare const troubles: import('timberlog').Trouble[];

const html = { 'content-type': 'text/html' };

interface Row {
  /** As in the README. */
  readonly name: string;
  /** The answer to the first request. */
  readonly first?: Answer;
  /** What breaks before a request gets to the collector, and is whole again after it. */
  readonly breaks?: 'name' | 'blocked' | 'offline';
  /** Sent again soon, kept for long, or acknowledged. */
  readonly fate: 'again' | 'kept' | 'delivered' | 'halved';
}

const rows: readonly Row[] = [
  { name: '200–299', first: { status: 204 }, fate: 'delivered' },
  { name: '2xx with HTML (captive portal)', first: { status: 200, headers: html, stores: false }, fate: 'again' },
  { name: '3xx', first: { status: 302, headers: { location: '/login' } }, fate: 'again' },
  { name: '400', first: { status: 400 }, fate: 'kept' },
  { name: '401', first: { status: 401 }, fate: 'kept' },
  { name: '403', first: { status: 403 }, fate: 'kept' },
  { name: '404', first: { status: 404 }, fate: 'kept' },
  { name: '408', first: { status: 408 }, fate: 'again' },
  { name: '413', first: { status: 413 }, fate: 'halved' },
  { name: '422', first: { status: 422 }, fate: 'kept' },
  { name: '429, `Retry-After` in seconds', first: { status: 429, headers: { 'retry-after': '3600' } }, fate: 'kept' },
  {
    name: '429, `Retry-After` as a date',
    first: { status: 429, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } },
    fate: 'kept',
  },
  {
    name: '429, `Retry-After` absurd (absent, zero, negative, past, a word)',
    first: { status: 429, headers: { 'retry-after': '-5' } },
    fate: 'again',
  },
  { name: '500–599', first: { status: 599 }, fate: 'again' },
  { name: 'no answer the page may read (CORS)', first: { status: 200, cors: false, stores: false }, fate: 'again' },
  { name: 'reset in mid-answer', first: { cut: true }, fate: 'again' },
  { name: 'DNS failure', breaks: 'name', fate: 'again' },
  { name: 'ad-blocker', breaks: 'blocked', fate: 'again' },
  { name: 'offline', breaks: 'offline', fate: 'again' },
];

async function openLoggerPage(endpoint: string) {
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        var troubles = [];
        var logger = timber.createLogger({
          endpoint: '${endpoint}', key: 'k', flush: { everyMs: 50 }, onTrouble: (trouble) => troubles.push(trouble),
        });`),
    },
  });
  return openPage(browser, url);
}

/** Breaks the first request; what comes after it gets to the collector. */
async function breakFirst(page: TestPage, how: NonNullable<Row['breaks']>) {
  const error = { name: 'namenotresolved', blocked: 'blockedbyclient', offline: 'internetdisconnected' };
  await page.route('**/v1/logs*', (route) => route.abort(error[how]), { times: 1 });
}

const messagesOf = (collector: Collector) => [...collector.byId.values()].map(({ line }) => line.message);

describe('the table of the README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

  test('has these rows and no others', () => {
    const table = readme.slice(readme.indexOf('| The network or the collector'));
    const names = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| (.+?) +\|/gm)].map(([, name]) => name);
    expect(names.slice(2)).toEqual([...rows.map(({ name }) => name), ...otherRows]);
  });

  test.each(rows.filter(({ fate }) => fate === 'again'))('$name: sent again, the same bytes', async (row) => {
    const collector = await startCollector();
    if (row.first) collector.answer(row.first);
    const page = await openLoggerPage(collector.endpoint);
    if (row.breaks) await breakFirst(page, row.breaks);

    await page.evaluate(() => logger.info('a line'));

    await collector.waitForMessage('a line', 20_000);
    expect(new Set(collector.requests.flatMap(({ text }) => text)).size).toBe(1);
    await expect.poll(() => page.evaluate(() => logger.stats().delivered)).toBe(1);
    expect(await page.evaluate(() => logger.stats().retried)).toBeGreaterThanOrEqual(1);
  });

  test.each(rows.filter(({ fate }) => fate === 'kept'))('$name: kept, and not sent again soon', async (row) => {
    const collector = await startCollector();
    collector.answerAlways(row.first!);
    const page = await openLoggerPage(collector.endpoint);

    await page.evaluate(() => logger.info('a line'));
    await collector.waitForRequests(1);
    const result = await page.evaluate(() => logger.flush({ timeoutMs: 1_500 }));

    expect([result.pending, collector.requests.length]).toEqual([1, 1]);
    await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);
  });

  test('200–299: acknowledged', async () => {
    const collector = await startCollector();
    collector.answerAlways({ status: 204 });
    const page = await openLoggerPage(collector.endpoint);
    await page.evaluate(() => logger.info('a line'));
    await expect.poll(() => page.evaluate(() => logger.stats().delivered)).toBe(1);
    expect(messagesOf(collector)).toEqual(['a line']);
  });

  test('413: sent again in halves', async () => {
    const collector = await startCollector();
    collector.answer({ status: 413 });
    const page = await openLoggerPage(collector.endpoint);
    await page.evaluate(() => {
      for (let i = 0; i < 4; i++) logger.info(`line ${i}`);
    });
    await collector.waitForLines(4);
    expect(collector.requests.map(({ lines }) => lines.length)).toEqual([4, 2, 2]);
  });

  test.each([[400], [422]])('%d, by a collector that has accepted before: the bad line is dropped', async (status) => {
    const collector = await startCollector();
    const page = await openLoggerPage(collector.endpoint);
    await page.evaluate(() => {
      logger.info('before');
      return logger.flush();
    });
    collector.answer({ status });
    await page.evaluate(() => logger.info('bad'));
    await collector.waitForLines((lines) => lines.some((line) => line.event?.timber_dropped));
    await expect.poll(() => page.evaluate(() => logger.stats().buffered)).toBe(0);
    expect(await page.evaluate(() => logger.stats().dropped)).toEqual({ refused: 1 });
  });
});

const otherRows = [
  'TLS error',
  '400, 422, by a collector that has accepted before',
  'none within 30 s (a hang, a slow drip)',
  'offline for long',
  'clock set back or forth',
];

describe('the other rows', () => {
  /** A page with a clock that runs by the test's will. */
  async function openClockPage(collector: Collector) {
    const { url } = await startPageServer({
      routes: {
        '/': withScript(`
          var logger = timber.createLogger({
            endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 50 }, onTrouble() {} });`),
      },
    });
    const context = await browser.context.browser()!.newContext();
    closeWithTest(() => context.close());
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(url);
    return page;
  }

  test('TLS error: kept, and tried again', async () => {
    const collector = await startCollector();
    const page = await openLoggerPage(collector.endpoint.replace('http:', 'https:')); // it speaks no TLS
    await page.evaluate(() => logger.info('a line'));
    await expect.poll(() => page.evaluate(() => logger.stats().retried), { timeout: 10_000 }).toBeGreaterThan(1);
    expect(await page.evaluate(() => logger.stats())).toMatchObject({ buffered: 1, saved: 1 });
  });

  test('none within 30 s: given up, and sent again', async () => {
    const collector = await startCollector();
    collector.answer({ hang: true });
    const page = await openClockPage(collector);
    await page.evaluate(() => logger.info('a line'));
    await page.clock.runFor(100);
    await collector.waitForRequests(1);

    await page.clock.runFor(35_000);

    await collector.waitForMessage('a line');
  });

  test('offline for a week: kept on disk, sent when the network is back, each line once', async () => {
    const collector = await startCollector();
    const page = await openClockPage(collector);
    await page.context().setOffline(true);
    await page.evaluate(() => logger.info('first day'));
    for (let day = 0; day < 7; day++) await page.clock.fastForward(24 * 3_600_000);
    await page.evaluate(() => logger.info('last day'));
    await page.clock.runFor(1_000);
    expect(collector.requests).toEqual([]);

    await page.context().setOffline(false);
    await page.clock.runFor(3_000);

    await collector.waitForLines(2);
    expect([...collector.byId.values()].map(({ times }) => times)).toEqual([1, 1]);
  });

  test.each([
    ['back by a day', -24],
    ['forth by a day', 24],
  ])('a clock set %s: lines go on leaving, and their times never run backwards', async (_, hours) => {
    const collector = await startCollector();
    collector.answer({ status: 503 });
    const page = await openClockPage(collector);
    await page.evaluate(() => logger.info('before'));
    await page.clock.runFor(100);
    await collector.waitForRequests(1);

    await page.clock.setSystemTime(Date.now() + hours * 3_600_000);
    await page.evaluate(() => logger.info('after'));
    await page.clock.runFor(5_000);

    const lines = await collector.waitForLines(2);
    const times = lines.map(({ dt }) => Date.parse(dt));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('a slow drip of an answer: its head acknowledges', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 202 Accepted\r\naccess-control-allow-origin: *\r\ncontent-length: 100\r\n\r\n.');
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closeWithTest(async () => void server.close());
    const { port } = server.address() as import('node:net').AddressInfo;
    const page = await openLoggerPage(`http://127.0.0.1:${port}/v1/logs`);

    await page.evaluate(() => logger.info('a line'));

    await expect.poll(() => page.evaluate(() => logger.stats().delivered)).toBe(1);
  });

  test('navigator.onLine that lies keeps nothing back', async () => {
    const collector = await startCollector();
    const page = await openLoggerPage(collector.endpoint);
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'onLine', { value: false });
      logger.info('all the same');
    });
    await collector.waitForMessage('all the same');
  });

  test('whoever asks to save data gets intervals four times as long', async () => {
    const collector = await startCollector();
    const { url } = await startPageServer({
      routes: {
        '/': withScript(`Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
          var logger = timber.createLogger({ endpoint: '${collector.endpoint}', key: 'k' });`),
      },
    });
    const context = await browser.context.browser()!.newContext();
    closeWithTest(() => context.close());
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(url);
    await page.evaluate(() => logger.info('later'));
    await page.clock.runFor(19_000);
    expect(collector.requests).toHaveLength(0);
    await page.clock.runFor(2_000);
    await collector.waitForMessage('later');
  });
});

describe('fetch and sendBeacon that somebody has changed', () => {
  test.each([
    ['fetch throws', `window.fetch = () => { throw new TypeError('patched'); };`],
    ['fetch resolves with nothing', `window.fetch = async () => undefined;`],
    ['fetch never settles', `window.fetch = () => new Promise(() => {});`],
    ['sendBeacon throws', `navigator.sendBeacon = () => { throw new TypeError('patched'); };`],
    ['sendBeacon is missing', `Object.defineProperty(Navigator.prototype, 'sendBeacon', { value: undefined });`],
  ])('%s: nothing is thrown into the page, and the lines arrive at the next visit', async (_, before) => {
    const collector = await startCollector();
    const { url } = await startPageServer({
      routes: {
        '/': withScript(`var logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 3_600_000 }, onTrouble() {} });`),
      },
    });
    const page = await openPage(browser, `${url}/`, { before: `if (!location.hash) { ${before} }` });
    await page.evaluate(() => logger.error('a line'));
    await expect.poll(() => page.evaluate(() => logger.stats().saved + logger.stats().delivered)).toBe(1);
    await page.goto('about:blank');

    await page.goto(`${url}/#whole`);

    await collector.waitForMessage('a line');
    expect(page.errors).toEqual([]);
  });

  test('a fetch that logs every request makes no loop', async () => {
    const collector = await startCollector();
    const { url } = await startPageServer({
      routes: {
        '/': withScript(`
          const { fetch } = window;
          let requests = 0;
          window.fetch = (...of) => { if (requests++ < 100) logger.info('request ' + requests); return fetch(...of); };
          var logger = timber.createLogger({
            endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 3_600_000 }, onTrouble() {} });`),
      },
    });
    const page = await openPage(browser, url);
    await page.evaluate(async () => {
      logger.info('one');
      await logger.flush();
    });
    await expect.poll(() => page.evaluate(() => logger.stats().delivered)).toBeGreaterThanOrEqual(1);
    expect(collector.requests.length).toBeLessThan(5);
  });
});
