// A page that goes into the back/forward cache and comes back. Nothing that the SDK holds may cost it the cache.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.js';
import { type Collector, startCollector } from '../support/collector.js';
import { type Engine, launchEngine } from '../support/engines.js';
import { createGate } from '../support/gate.js';
import { startPageServer, withScript } from '../support/pageServer.js';
import '../support/timberGlobal.js';

declare const logger: import('timberlog').Logger;

/** A page that is driven; going somewhere and back as a user does. */
interface CachedPage {
  evaluate<T>(code: (() => T | Promise<T>) | string): Promise<T>;
}

/** With its back/forward cache on: the tests' own Chromium has it off. */
async function launchCachingChromium() {
  const browser = await launchBrowser({ backForwardCache: true });
  return {
    open: async (url: string): Promise<CachedPage> => openPage(browser, url, { context: browser.context }),
    close: browser.close,
  };
}

const launchers: [string, () => Promise<Pick<Engine, 'close'> & { open(url: string): Promise<CachedPage> }>][] = [
  ['chromium', launchCachingChromium],
  ['firefox', () => launchEngine('firefox')],
];

describe.each(launchers)('the back/forward cache of %s', (name, launch) => {
  let engine: Awaited<ReturnType<typeof launch>>;
  beforeAll(async () => {
    engine = await launch();
  });
  afterAll(() => engine.close());

  async function startSite(collector: Collector) {
    const logging = (title: string) =>
      withScript(`document.title = '${title}';
        addEventListener('pageshow', (event) => { window.restored = event.persisted; });
        var logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 3_600_000 },
          onTrouble: ({ kind, message }) => { if (kind === 'storage') document.title = message; },
        });`);
    const site = await startPageServer({ routes: { '/': logging('first'), '/second': logging('second') } });
    return site.url;
  }

  const titled = (page: CachedPage, title: string) =>
    expect
      .poll(() => page.evaluate('document.readyState === "complete" && document.title').catch(() => ''), {
        timeout: 10_000,
      })
      .toBe(title);

  async function goAndComeBack(page: CachedPage, meanwhile: () => Promise<unknown> = async () => {}) {
    await page.evaluate('void setTimeout(() => { location.href = "/second"; })');
    await titled(page, 'second');
    await meanwhile();
    await page.evaluate('void setTimeout(() => history.back())');
    await titled(page, 'first');
  }

  const restored = (page: CachedPage) => page.evaluate('window.restored');

  test('keeps a page that has logged, though the next page of the site asks who is alive', async () => {
    const collector = await startCollector();
    const page = await engine.open(await startSite(collector));
    await page.evaluate(() => {
      logger.info('before');
    });

    await goAndComeBack(page, () => page.evaluate(() => logger.flush()));

    expect(await restored(page)).toBe(true);
    await page.evaluate(() => {
      logger.info('after');
      return logger.flush();
    });
    expect(new Set(collector.lines.map((line) => line.message))).toEqual(new Set(['before', 'after']));
    expect(await page.evaluate(() => logger.stats())).toMatchObject({ logged: 2, delivered: 2, buffered: 0 });
  });

  test('keeps a page that was in the middle of sending a backlog', async () => {
    const collector = await startCollector();
    const gate = createGate();
    collector.answer({ until: gate.opened });
    const page = await engine.open(await startSite(collector));
    await page.evaluate(() => {
      for (let i = 0; i < 400; i++) logger.info(`backlog ${i} ${'x'.repeat(500)}`);
      logger.error('an error');
    });
    await collector.waitForRequests(1);

    await goAndComeBack(page);
    gate.open();

    expect(await restored(page)).toBe(true);
    await page.evaluate(() => logger.flush());
    expect(collector.lines).toHaveLength(401);
    expect([...collector.byId.values()].filter(({ texts }) => texts.size > 1)).toEqual([]);
  });

  test('gives back a page whose lines another has delivered meanwhile: after dedupe there is each once', async () => {
    const collector = await startCollector();
    collector.answerAlways({ status: 503 });
    const page = await engine.open(await startSite(collector));
    await page.evaluate(() => {
      for (let i = 0; i < 50; i++) logger.info(`line ${i}`);
    });
    await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(50);

    await goAndComeBack(page, async () => {
      collector.answerAlways({});
      await page.evaluate(() => logger.flush());
      await collector.waitForLines(50);
    });
    await page.evaluate(() => {
      logger.info('after');
      return logger.flush();
    });

    expect(await restored(page)).toBe(true);
    await collector.waitForMessage('after');
    expect(collector.lines).toHaveLength(51);
    expect(await page.evaluate(() => logger.stats())).toMatchObject({ logged: 51, delivered: 51, buffered: 0 });
  });

  test('gives back a page that saves: a transaction that it had begun while going blocks nothing', async () => {
    const collector = await startCollector();
    collector.answerAlways({ status: 503 });
    const page = await engine.open(await startSite(collector));
    await page.evaluate(() => {
      addEventListener('pagehide', () => logger.error('while going'), true);
      logger.info('before');
    });
    await goAndComeBack(page);
    // Chromium drops a page from its cache while another page waits for a transaction that it had begun.
    const isRestored = await restored(page);
    if (name !== 'chromium') expect(isRestored).toBe(true);

    await page.evaluate(() => logger.error('after'));

    await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBeGreaterThanOrEqual(isRestored ? 3 : 1);
    // Ten seconds is how long a database may take to answer; what was begun while going never does in Firefox.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 10_500))');
    expect(await page.evaluate('document.title')).toBe('first');
  });
});
