// A page that lives, and a collector that answers well and badly.
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
declare const troubles: import('timberlog').Trouble[];

/** A page with a logger whose troubles are kept. */
async function openLoggerPage(collector: Collector, options = 'flush: { everyMs: 0 }') {
  const { url } = await startPageServer({
    routes: {
      '/': withScript(`
        var troubles = [];
        var logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: 'k', onTrouble: (trouble) => troubles.push(trouble), ${options},
        });`),
    },
  });
  return openPage(browser, url);
}

test('lines that come together leave in one body, in order', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector, 'flush: { everyMs: 50 }');

  await page.evaluate(() => {
    for (let i = 1; i <= 20; i++) logger.info(`line ${i}`);
  });

  const lines = await collector.waitForLines(20);
  expect(collector.requests).toHaveLength(1);
  expect(lines.map((line) => Number(line.id.split('-')[1]))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('an error leaves soon, long before the interval is over', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector, 'flush: { everyMs: 3_600_000 }');

  await page.evaluate(() => logger.error('now'));

  await collector.waitForMessage('now');
});

test('a body leaves when maxBodyBytes wait, and is no larger', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector, 'flush: { everyMs: 3_600_000, maxBodyBytes: 10_000 }');

  await page.evaluate(() => {
    for (let i = 0; i < 100; i++) logger.info('x'.repeat(200));
  });

  await collector.waitForLines(100);
  expect(Math.max(...collector.requests.map((request) => request.bytes.length))).toBeLessThanOrEqual(10_000);
});

test('lines that a collector answers with 503 are sent again, the same bytes', async () => {
  const collector = await startCollector();
  collector.answer({ status: 503 }, { status: 503 });
  const page = await openLoggerPage(collector);

  await page.evaluate(() => logger.info('again'));

  await collector.waitForMessage('again', 20_000);
  expect(new Set(collector.requests.map((request) => request.text)).size).toBe(1);
  expect(collector.requests.map((request) => request.status)).toEqual([503, 503, 202]);
});

test('a line whose answer was lost arrives twice with one id and one text', async () => {
  const collector = await startCollector();
  collector.answer({ cut: true, stores: true });
  const page = await openLoggerPage(collector);

  await page.evaluate(() => logger.info('twice'));

  await collector.waitForRequests(2, 20_000);
  expect([...collector.byId.values()]).toMatchObject([{ times: 2 }]);
  expect([...collector.byId.values()][0]?.texts.size).toBe(1);
});

test('200 with an HTML page acknowledges nothing', async () => {
  const collector = await startCollector();
  collector.answer({ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>', stores: false });
  const page = await openLoggerPage(collector);

  await page.evaluate(() => logger.info('behind a portal'));

  await collector.waitForMessage('behind a portal', 20_000);
});

test('once a collector has announced itself, an answer without its header acknowledges nothing', async () => {
  const collector = await startCollector();
  collector.answer({ announce: true }, { status: 204, stores: false });
  const page = await openLoggerPage(collector);

  await page.evaluate(() => logger.info('first'));
  await collector.waitForMessage('first');
  await page.evaluate(() => logger.flush());
  await page.evaluate(() => logger.info('second'));

  await collector.waitForRequests(2);
  await expect(page.evaluate(() => logger.stats())).resolves.toMatchObject({ delivered: 1, buffered: 1 });
});

test('a redirect acknowledges nothing', async () => {
  const collector = await startCollector();
  collector.answer({ status: 307, headers: { location: '/elsewhere' } });
  const page = await openLoggerPage(collector);

  await page.evaluate(() => logger.info('not moved'));

  await collector.waitForMessage('not moved', 20_000);
  expect(collector.requests.map((request) => request.url.pathname)).toEqual(['/v1/logs', '/v1/logs']);
});

test('413 is answered with halves', async () => {
  const collector = await startCollector();
  collector.answer({ status: 413 });
  const page = await openLoggerPage(collector);

  await page.evaluate(() => {
    for (let i = 1; i <= 8; i++) logger.info(`line ${i}`);
  });

  await collector.waitForLines(8);
  expect(collector.requests.map((request) => request.lines.length).slice(0, 3)).toEqual([8, 4, 4]);
});

test('a bad line among good ones is found by halving, dropped and reported; its neighbours arrive', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector);
  await page.evaluate(() => logger.info('accepted before'));
  await collector.waitForMessage('accepted before');
  await page.evaluate(() => logger.flush());
  collector.answer({ status: 400 }, { status: 202 }, { status: 400 }, { status: 400 });

  await page.evaluate(() => {
    for (const name of ['a', 'b', 'bad', 'd']) logger.info(name);
  });

  const lines = await collector.waitForLines(5);
  expect(lines.map((line) => line.message)).toEqual(
    expect.arrayContaining(['accepted before', 'a', 'b', 'd', 'timberlog dropped 1 line']),
  );
  const report = lines.find((line) => line.event?.timber_dropped);
  expect(report).toMatchObject({ level: 'warn', event: { timber_dropped: { total: 1 } } });
  expect(report?.event.timber_dropped.by_reason).toEqual({ refused: { info: 1 } });
  expect(report?.event.timber_dropped.ids).toEqual([expect.stringMatching(/-4$/)]);
});

test('401 stops sending, keeps the lines and says so once', async () => {
  const collector = await startCollector();
  collector.answerAlways({ status: 401 });
  const page = await openLoggerPage(collector);

  await page.evaluate(() => logger.error('kept'));
  await collector.waitForRequests(1);
  const result = await page.evaluate(() => logger.flush({ timeoutMs: 200 }));

  expect(result).toEqual({ delivered: 0, dropped: 0, pending: 1 });
  expect(collector.requests).toHaveLength(1);
  const told = await page.evaluate(() => troubles.map(({ kind, message }) => ({ kind, message })));
  expect(told).toEqual([{ kind: 'denied', message: expect.stringContaining('status 401') }]);
});

test('flush resolves with the lines’ fates once the collector has answered', async () => {
  const collector = await startCollector();
  const gate = createGate();
  collector.answer({ until: gate.opened });
  const page = await openLoggerPage(collector, 'flush: { everyMs: 3_600_000 }');

  const result = page.evaluate(() => {
    logger.info('one');
    logger.info('two');
    return logger.flush();
  });
  await collector.waitForLines(2);
  gate.open();

  await expect(result).resolves.toEqual({ delivered: 2, dropped: 0, pending: 0 });
  await expect(page.evaluate(() => logger.stats())).resolves.toMatchObject({ logged: 2, delivered: 2, buffered: 0 });
});

test('close delivers what was logged, and counts what is logged later as dropped', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector, 'flush: { everyMs: 3_600_000 }');

  const result = await page.evaluate(async () => {
    logger.info('before');
    const closed = await logger.close();
    logger.info('after');
    return { closed, stats: logger.stats() };
  });

  expect(result.closed).toEqual({ delivered: 1, dropped: 0, pending: 0 });
  expect(result.stats).toMatchObject({ logged: 2, delivered: 1, buffered: 0, dropped: { closed: 1 } });
  expect(collector.lines.map((line) => line.message)).toEqual(['before']);
});

test('our requests carry no cookies and need no preflight', async () => {
  const collector = await startCollector();
  const { otherUrl } = await startPageServer({
    routes: {
      '/': withScript(`
        document.cookie = 'secret=1'; // of this host, on every port: the collector's too
        timber.createLogger({ endpoint: '${collector.endpoint}', flush: { everyMs: 0 } }).info('plain');`),
    },
  });

  await openPage(browser, otherUrl);

  await collector.waitForLines(1);
  expect(collector.requests[0]?.headers.cookie).toBeUndefined();
  expect(collector.preflights).toHaveLength(0);
});

test('what is below the level is not logged', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector, "level: 'warn', flush: { everyMs: 0 }");

  await page.evaluate(() => {
    logger.info('below');
    logger.warn('at');
    logger.setLevel('debug');
    logger.debug('now');
  });

  const lines = await collector.waitForLines(2);
  expect(lines.map((line) => `${line.level} ${line.message}`)).toEqual(['warn at', 'debug now']);
});

test('a wrong option throws a TypeError that names it, what was given and what is wanted', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector);

  const error = await page.evaluate(() => {
    try {
      timber.createLogger({ endpoint: '/v1/logs', flush: { everyMs: 'fast' as never } });
      return undefined;
    } catch (thrown) {
      return `${(thrown as Error).name}: ${(thrown as Error).message}`;
    }
  });

  expect(error).toBe(
    'TypeError: createLogger: option "flush.everyMs" was given "fast"; it wants a number of milliseconds, 0 or more.',
  );
});
