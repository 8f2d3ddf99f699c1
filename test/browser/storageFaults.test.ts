// A database that is missing, full, broken, locked, deleted or somebody else's: lines arrive all the same, one sentence
// of trouble is told, and the disk is used again when it works.
import { beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { type Collector, startCollector } from '../support/collector.js';
import { startPageServer, withScript } from '../support/pageServer.js';
import '../support/timberGlobal.js';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
  return browser.close;
});

declare const logger: import('timberlog').Logger;
declare const troubles: import('timberlog').Trouble[];

const startSite = (collector: Collector, options = '') =>
  startPageServer({
    routes: {
      '/': withScript(`
        var troubles = [];
        var logger = timber.createLogger({
          endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 50 },
          onTrouble: (trouble) => troubles.push(trouble), ${options}
        });`),
      '/silent': '<!doctype html><title>no logger here</title>',
    },
  });

const down = { status: 503, headers: { 'retry-after': '3600' } };

const saved = (page: TestPage) => page.evaluate(() => logger.stats().saved);
const storageTroubles = (page: TestPage) =>
  page.evaluate(() => troubles.filter(({ kind }) => kind === 'storage').map(({ message }) => message));

/** As when the page is hidden: it may be the last chance, so that the disk is tried at once. */
const hide = (page: TestPage) =>
  page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });

describe('where the database does not work, lines arrive and one sentence is told', () => {
  test.each([
    ['there is no IndexedDB', `Object.defineProperty(window, 'indexedDB', { value: undefined });`],
    [
      'reading window.indexedDB throws',
      `Object.defineProperty(window, 'indexedDB', { get() { throw new Error('no') } });`,
    ],
    ['open throws', `IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };`],
    [
      'open fails',
      `IDBFactory.prototype.open = function () {
        const request = new EventTarget();
        Object.defineProperty(request, 'error', { value: new DOMException('A mutation operation was attempted', 'InvalidStateError') });
        setTimeout(() => request.onerror({}));
        return request;
      };`,
    ],
    ['open never settles', `IDBFactory.prototype.open = () => new EventTarget();`],
    [
      'transactions throw',
      `IDBDatabase.prototype.transaction = () => { throw new DOMException('no', 'UnknownError'); };`,
    ],
    [
      'transactions never answer',
      `IDBObjectStore.prototype.put = () => ({});
      Object.defineProperty(IDBTransaction.prototype, 'oncomplete', { set() {} });`,
    ],
  ])('%s', async (_, before) => {
    const collector = await startCollector();
    const { url } = await startSite(collector);
    const page = await openPage(browser, url, { before });

    await page.evaluate(() => {
      logger.info('info');
      logger.error('error');
      return logger.flush();
    });

    expect(new Set(collector.lines.map((line) => line.message))).toEqual(new Set(['info', 'error']));
    await expect.poll(() => storageTroubles(page), { timeout: 15_000 }).toHaveLength(1);
    expect(page.errors).toEqual([]);
  });

  test('a sandboxed frame', async () => {
    const collector = await startCollector();
    const { url, route } = await startSite(collector);
    route('/frame', `<!doctype html><iframe sandbox="allow-scripts" src="/"></iframe>`);
    const page = await openPage(browser, `${url}/frame`);
    const frame = page.frames()[1]!;

    const { stats, told } = await frame.evaluate(async () => {
      logger.info('from a sandbox');
      await logger.flush();
      return { stats: logger.stats(), told: troubles.map(({ kind }) => kind) };
    });

    expect([stats.delivered, told]).toEqual([1, ['storage']]);
    expect(page.errors).toEqual([]);
  });
});

test('over the quota lines stay in memory, and are saved once there is room again', async () => {
  const collector = await startCollector();
  collector.answerAlways(down);
  const { url } = await startSite(collector);
  const page = await openPage(browser, `${url}/silent`);
  const session = await page.context().newCDPSession(page);
  // Before the database is used: Chromium remembers how much room there was.
  await session.send('Storage.overrideQuotaForOrigin', { origin: url, quotaSize: 1 });
  await page.goto(url);

  await page.evaluate(() => {
    for (let i = 0; i < 100; i++) logger.info(`while it is full ${i} ${'x'.repeat(10_000)}`);
  });
  await expect.poll(() => storageTroubles(page), { timeout: 15_000 }).toHaveLength(1);
  expect(await page.evaluate(() => logger.stats())).toMatchObject({
    logged: 100,
    buffered: 100,
    saved: 0,
    delivered: 0,
  });
  await session.send('Storage.overrideQuotaForOrigin', { origin: url });

  await expect.poll(() => hide(page).then(() => saved(page)), { timeout: 50_000, interval: 1_000 }).toBe(100);
  expect(await storageTroubles(page)).toHaveLength(1);
});

test('a connection that was closed without an event is opened again', async () => {
  const collector = await startCollector();
  collector.answerAlways(down);
  const { url } = await startSite(collector);
  const page = await openPage(browser, url, {
    before: `const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...of) { window.database = this; return transaction.apply(this, of); };`,
  });
  await page.evaluate(() => logger.info('before'));
  await expect.poll(() => saved(page)).toBe(1);

  await page.evaluate(() => {
    (window as any).database.close();
    logger.info('after');
  });

  await expect.poll(() => saved(page)).toBe(2);
  expect(await storageTroubles(page)).toEqual([]);
});

test('when site data is cleared under a living page, what it has is saved once more', async () => {
  const collector = await startCollector();
  collector.answerAlways(down);
  const { url } = await startSite(collector);
  const page = await openPage(browser, url);
  const session = await page.context().newCDPSession(page);
  await page.evaluate(() => logger.error('cleared, and still here'));
  await expect.poll(() => saved(page)).toBe(1);

  await session.send('Storage.clearDataForOrigin', { origin: url, storageTypes: 'indexeddb' });
  await page.evaluate(() => logger.error('later'));
  // Now and then Chromium answers nothing while it clears: ten seconds to give up, thirty until the disk is tried again.
  await expect.poll(() => saved(page), { timeout: 90_000 }).toBe(2);
  await page.goto(`${url}/silent`);
  collector.answerAlways({});
  await page.goto(url);

  await collector.waitForMessage('cleared, and still here');
}, 120_000);

test.each([
  ['delete', `new Promise((resolve) => { indexedDB.deleteDatabase('timberlog').onsuccess = () => resolve('done'); })`],
  [
    'upgrade',
    `new Promise((resolve) => {
      const request = indexedDB.open('timberlog', 7);
      request.onsuccess = () => { request.result.close(); resolve('done'); };
    })`,
  ],
])('another tab’s %s of the database does not hang, and the page goes on saving', async (_, act) => {
  const collector = await startCollector();
  collector.answerAlways(down);
  const { url } = await startSite(collector);
  const page = await openPage(browser, url);
  await page.evaluate(() => logger.info('before'));
  await expect.poll(() => saved(page)).toBe(1);
  const other = await openPage(browser, `${url}/silent`, { context: page.context() });

  await expect(other.evaluate(act)).resolves.toBe('done');

  await page.evaluate(() => logger.info('after'));
  await expect.poll(() => saved(page)).toBe(2);
  expect(await storageTroubles(page)).toEqual([]);
});

test('a database without our store gets it, and keeps what it had', async () => {
  const collector = await startCollector();
  collector.answerAlways(down);
  const { url } = await startSite(collector);
  const page = await openPage(browser, `${url}/silent`);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('timberlog', 3);
        request.onupgradeneeded = () => request.result.createObjectStore('theirs');
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      }),
  );

  await page.goto(url);
  await page.evaluate(() => logger.info('saved'));

  await expect.poll(() => saved(page)).toBe(1);
  expect(await page.evaluate(storeNames)).toEqual(['lines', 'theirs']);
});

describe('records of other versions, and of nobody', () => {
  const line = (id: string) =>
    `{"id":"${id}","dt":"${new Date().toISOString()}","level":"info","message":"${id}","context":{}}`;

  /** Opens a page on a database that holds these already. */
  async function visitWith(records: [key: unknown, value: unknown][]) {
    const collector = await startCollector();
    const { url } = await startSite(collector);
    const page = await openPage(browser, `${url}/silent`);
    const bufferName = `${collector.endpoint} k`;
    const given = records.map(([key, value]) => [Array.isArray(key) ? [bufferName, ...key] : key, value]);
    await page.evaluate(putRecords, given);
    await page.goto(url);
    await page.evaluate(() => {
      logger.info('own');
      return logger.flush();
    });
    return { collector, page };
  }

  test('what an early version left is read, sent and removed', async () => {
    const text = `${line('01M0OLD-1')}\n${line('01M0OLD-2')}`;
    const { collector, page } = await visitWith([[['01M0OLD', 1], { text }]]);
    await collector.waitForLines(3);
    await expect.poll(() => page.evaluate(lineKeys)).toEqual([]);
  });

  test('what a newer version left is left alone', async () => {
    const newer = { format: 2, text: line('01M0NEW-1') };
    const { collector, page } = await visitWith([
      [['01M0NEW', 1, 100, 'and more'], newer],
      [['01M0OLD', 1], { text: line('01M0OLD-1') }],
    ]);
    await collector.waitForMessage('01M0OLD-1');
    expect(collector.byId.has('01M0NEW-1')).toBe(false);
    await expect.poll(async () => (await page.evaluate(lineKeys)).map((key: any) => key[1])).toEqual(['01M0NEW']);
  });

  test.each([
    ['null', null],
    ['a number', 17],
    ['no text', { lines: [1] }],
    ['text that is no line', { text: 'nonsense\n{"half":' }],
    ['a text of 3 MB without a newline', { text: 'x'.repeat(3_000_000) }],
  ])('a record that is %s does not stop those behind it', async (_, value) => {
    const { collector, page } = await visitWith([
      [['01M0BAD', 1], value],
      [['01M0BAD', 'odd', {}.toString()], value],
      [['01M0OLD', 1], { text: line('01M0OLD-1') }],
      ['a key of nobody', value],
    ]);
    await collector.waitForMessage('01M0OLD-1');
    expect(page.errors).toEqual([]);
    expect(await storageTroubles(page)).toEqual([]);
  });
});

test('nothing that cannot be cloned reaches the database', async () => {
  const collector = await startCollector();
  collector.answerAlways(down);
  const { url } = await startSite(collector);
  const page = await openPage(browser, url);

  await page.evaluate(() => {
    logger.info('odd', {
      fn: () => 1,
      symbol: Symbol('s'),
      node: document.body,
      self: window as never,
      weak: new WeakMap(),
    });
  });

  await expect.poll(() => saved(page)).toBe(1);
  expect(await storageTroubles(page)).toEqual([]);
});

test('what was dropped at the limit leaves the disk too, is reported once, and does not come back after a crash', async () => {
  const collector = await startCollector();
  collector.answerAlways(down);
  const { url } = await startSite(collector, 'buffer: { maxBytes: 65_536 }');
  const page = await openPage(browser, url);
  await page.evaluate(() => {
    logger.error('the oldest is an error');
    for (let i = 0; i < 200; i++) logger.info(`${i} ${'x'.repeat(1_000)}`);
  });
  await expect.poll(async () => await page.evaluate(() => logger.stats().saved === logger.stats().buffered)).toBe(true);
  const { buffered } = await page.evaluate(() => logger.stats());
  expect(await page.evaluate(diskBytes)).toBeLessThan(80_000);
  const context = page.context();
  await Promise.all([page.waitForEvent('crash'), page.goto('chrome://crash').catch(() => {})]);
  collector.answerAlways({});

  const next = await openPage(browser, url, { context });
  await collector.waitForLines(buffered, 20_000);
  await next.evaluate(() => logger.flush());

  expect(collector.lines).toHaveLength(buffered);
  expect(collector.lines.map((line) => line.message)).toContain('the oldest is an error');
  const reports = collector.lines.flatMap((line) => line.event?.timber_dropped ?? []);
  const droppedInAll = reports.reduce((sum: number, { total }: any) => sum + total, 0);
  expect(droppedInAll + buffered - reports.length).toBe(201);
});

function storeNames(): Promise<string[]> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('timberlog');
    opening.onsuccess = () => {
      resolve([...opening.result.objectStoreNames]);
      opening.result.close();
    };
  });
}

function putRecords(records: unknown[][]): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('timberlog', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('lines');
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('lines', 'readwrite');
      for (const [key, value] of records) transaction.objectStore('lines').put(value, key as IDBValidKey);
      transaction.onabort = () => reject(transaction.error);
      transaction.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}

/** Of records of lines. */
function lineKeys(): Promise<unknown[]> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('timberlog');
    opening.onsuccess = () => {
      const asking = opening.result.transaction('lines').objectStore('lines').getAllKeys();
      asking.onsuccess = () => {
        opening.result.close();
        resolve(asking.result.filter((key) => Array.isArray(key) && key[2] !== 0));
      };
    };
  });
}

function diskBytes(): Promise<number> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('timberlog');
    opening.onsuccess = () => {
      const asking = opening.result.transaction('lines').objectStore('lines').getAll();
      asking.onsuccess = () => {
        opening.result.close();
        resolve(asking.result.reduce((sum, { text = '' }) => sum + text.length, 0));
      };
    };
  });
}
