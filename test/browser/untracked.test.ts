// timberlog/untracked: a page that nothing patches, whose contexts hold for synchronous code.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { type Collector, startCollector } from '../support/collector.js';
import { type PageServer, startPageServer } from '../support/pageServer.js';

declare const untracked: typeof import('timberlog/untracked');
declare const logger: import('timberlog').Logger;
declare const troubles: import('timberlog').Trouble[];

const zoneJs = readFileSync(new URL('../../node_modules/zone.js/bundles/zone.umd.js', import.meta.url), 'utf8');
const imports = '<script type="importmap">{"imports":{"idb-keyval":"/idb-keyval.js"}}</script>';
const module = (code: string) => `<script type="module">${code}</script>`;
const load = "import * as untracked from '/untracked.js'; globalThis.untracked = untracked;";

/** Makes a logger whose troubles are kept, in a page that has loaded the build. */
const createLogger = (collector: Collector, options = 'flush: { everyMs: 50 }') => `
  globalThis.troubles = [];
  globalThis.logger = untracked.createLogger({
    endpoint: '${collector.endpoint}', key: 'k', onTrouble: (trouble) => troubles.push(trouble), ${options},
  });`;

let browser: TestBrowser;
let server: PageServer;
beforeAll(async () => {
  browser = await launchBrowser();
  server = await startPageServer({
    folder: new URL('fixtures/untracked', import.meta.url),
    routes: {
      '/': imports + module(load),
      '/nothing-yet': `<body>${imports}<script src="/descriptors.js"></script>`,
      '/elsewhere': '<!doctype html><title>elsewhere</title>',
      '/zone.js': zoneJs,
      '/zone': `<script src="/zone.js"></script>${imports}${module(load)}`,
      '/other-zone': `<script>class Zone { static root = 'mine' }</script>${imports}${module(load)}`,
    },
  });
  return async () => {
    await browser.close();
    await server.close();
  };
});

const open = (path = '/'): Promise<TestPage> => openPage(browser, server.url + path);

async function openLoggerPage(collector: Collector, options?: string, path = '/') {
  const page = await open(path);
  await page.evaluate(createLogger(collector, options));
  return page;
}

test('importing it changes no property of the page, nor does a logger', async () => {
  const collector = await startCollector();
  const page = await open('/nothing-yet');

  const { changed, looked } = await page.evaluate<{ changed: string[]; looked: number }>(`(async () => {
    snapshot(); // Chromium makes some of its globals when they are first looked at
    const earlier = snapshot();
    const { context, createLogger } = await import('/untracked.js');
    const afterImport = changedSince(earlier);
    const logger = createLogger({ endpoint: '${collector.endpoint}' });
    context({ job: 1 }, () => logger.error('sent'));
    await logger.flush();
    return { changed: [...afterImport, ...changedSince(earlier)], looked: earlier.size };
  })()`);

  expect(changed).toEqual([]);
  expect(looked).toBeGreaterThan(1_000);
  expect(collector.lines.map((line) => line.context)).toEqual([{ custom: { job: 1 } }]);
});

test('what looks for changes finds those that the tracking build makes', async () => {
  const page = await open('/nothing-yet');

  const changed = await page.evaluate(`(async () => {
    snapshot();
    const earlier = snapshot();
    await import('/browser.js');
    return changedSince(earlier);
  })()`);

  expect(changed).toEqual(
    expect.arrayContaining([
      'Zone',
      'setTimeout',
      'Promise.resolve',
      'Promise.prototype.then',
      'EventTarget.prototype.addEventListener',
    ]),
  );
});

test('a context holds for the synchronous part of a function, and not after an await', async () => {
  const page = await open();

  const seen = await page.evaluate(async () => {
    const { context } = untracked;
    const seen: unknown[] = [];
    const running = context({ job: 1 }, async () => {
      seen.push(
        context.get(),
        context({ step: 2 }, () => context.get()),
        context.get(),
      );
      await new Promise((resolve) => setTimeout(resolve));
      seen.push(context.get());
    });
    seen.push(context.get());
    await running;
    return seen;
  });

  expect(seen).toEqual([{ job: 1 }, { job: 1, step: 2 }, { job: 1 }, {}, {}]);
});

test('what awaits elsewhere meanwhile sees no context', async () => {
  const page = await open();

  const seen = await page.evaluate(async () => {
    const { context } = untracked;
    const waiting = Promise.resolve().then(() => context.get());
    context({ job: 1 }, async () => {
      await null;
      await context({ step: 2 }, async () => {});
    });
    return [await waiting, await Promise.resolve().then(() => context.get())];
  });

  expect(seen).toEqual([{}, {}]);
});

test('a using block holds until it ends', async () => {
  const page = await open();

  const seen = await page.evaluate(`(() => {
    const seen = [];
    {
      using _ = untracked.context({ job: 1 });
      seen.push(untracked.context.get());
    }
    return [...seen, untracked.context.get()];
  })()`);

  expect(seen).toEqual([{ job: 1 }, {}]);
});

test('a using block that stays open is closed at the end of its turn, and told', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector);

  const seen = await page.evaluate(async () => {
    untracked.context({ job: 1 });
    await new Promise((resolve) => setTimeout(resolve));
    return [untracked.context.get(), troubles.map(({ kind }) => kind)];
  });

  expect(seen).toEqual([{}, ['using']]);
});

test('bind carries a context into callbacks and over awaits', async () => {
  const page = await open();

  const seen = await page.evaluate(async () => {
    const { context } = untracked;
    const get = context({ job: 1 }, () => context.bind(() => context.get()));
    const inTimer = new Promise((resolve) => setTimeout(() => resolve(get())));
    return [await inTimer, get(), context.get()];
  });

  expect(seen).toEqual([{ job: 1 }, { job: 1 }, {}]);
});

test('what is set is on all later lines, and a child logger’s fields are on its own, after awaits too', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector);

  await page.evaluate(async () => {
    untracked.context.set({ user: { id: 7 } });
    const child = logger.with({ part: 'checkout' });
    await new Promise((resolve) => setTimeout(resolve));
    child.info('child');
    logger.info('plain');
  });

  const lines = await collector.waitForLines(2);
  expect(lines.map((line) => line.context)).toEqual([
    { user: { id: 7 }, custom: { part: 'checkout' } },
    { user: { id: 7 } },
  ]);
});

test('lines are delivered, and nobody is told that contexts are synchronous', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector);

  const result = await page.evaluate(async () => {
    untracked.context({ job: 1 }, () => logger.info('in a job'));
    return [await logger.flush(), troubles];
  });

  expect(result).toEqual([{ delivered: 1, dropped: 0, pending: 0 }, []]);
  expect(page.consoleLines).toEqual([]);
  expect(collector.lines.map((line) => line.context)).toEqual([{ custom: { job: 1 } }]);
});

test('lines that the collector did not take are in IndexedDB, and arrive at the next visit', async () => {
  const collector = await startCollector();
  collector.answerAlways({ status: 503 });
  const page = await openLoggerPage(collector);
  await page.evaluate(() => logger.error('kept'));
  await expect.poll(() => page.evaluate(() => logger.stats().saved)).toBe(1);
  await page.goto(`${server.url}/elsewhere`);

  collector.answerAlways({});
  await page.goto(server.url);
  await page.evaluate(createLogger(collector));

  await collector.waitForMessage('kept');
});

test('lines logged right before the page is left arrive by beacon', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector, 'flush: { everyMs: 3_600_000 }');

  await page.evaluate(() => {
    untracked.context({ job: 1 }, () => logger.info('last words'));
    location.href = '/elsewhere';
  });

  expect((await collector.waitForMessage('last words')).context).toEqual({ custom: { job: 1 } });
});

test('beside the zone.js of an application, a logger schedules no task in its zones', async () => {
  const collector = await startCollector();
  const page = await open('/zone');

  const tasks = await page.evaluate(`(async () => {
    const tasks = [];
    const zone = Zone.current.fork({
      name: 'page',
      onScheduleTask(delegate, current, target, task) {
        tasks.push(task.type + ' ' + task.source);
        return delegate.scheduleTask(target, task);
      },
    });
    zone.run(() => {
      ${createLogger(collector)}
      untracked.context({ job: 1 }, () => logger.error('in a zone'));
      untracked.context({ job: 2 })[Symbol.dispose]();
    });
    await Zone.root.run(() => logger.flush());
    const ofLogger = tasks.splice(0);
    zone.run(() => setTimeout(() => {}));
    return [ofLogger, tasks];
  })()`);

  expect(tasks).toEqual([[], ['macroTask setTimeout']]);
  expect((await collector.waitForMessage('in a zone')).context).toEqual({ custom: { job: 1 } });
});

test('a global called Zone that is not zone.js is left alone', async () => {
  const collector = await startCollector();
  const page = await openLoggerPage(collector, undefined, '/other-zone');

  await page.evaluate(() => logger.error('beside another Zone'));

  await collector.waitForMessage('beside another Zone');
  expect([page.errors, await page.evaluate('Zone.root')]).toEqual([[], 'mine']);
});
