// What Angular notices of the SDK: nothing. The same clicks give the same counts, tasks and errors in an application
// that logs and in one with a stub of the SDK's surface in its place.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { createGate } from '../support/gate.js';
import { type AngularApp, angularTimeoutMs, buildAngularApps, describeAngular } from './angularApps.js';
import { type AngularPage, openAngularPage } from './angularPage.js';

interface Noticed {
  /** How often the application was checked, rendered, unstable, stable, … */
  counts: { [name: string]: number };
  /** What zone.js scheduled in Angular's zone or those around it. */
  tasks: string[];
  /** What reached the ErrorHandler, and what reached the page. */
  errors: string[];
  pageErrors: string[];
}

const sdklessOf: { [name: string]: AngularApp } = {
  zoneJsFirst: 'zoneJsSdkless',
  sdkFirst: 'zoneJsSdkless',
  zoneless: 'zonelessSdkless',
};

const ways = [
  ...['awaits', 'awaitOfNoPromise', 'controlFlow', 'nativeAwaits', 'promises', 'sharedPromise', 'timers', 'listeners'],
  ...['httpClient', 'rxjs', 'navigation', 'effects', 'zoneRun', 'zoneRunLater', 'failing', 'rendering'],
];

async function click(app: AngularPage, id: string): Promise<void> {
  await app.click(id);
  await app.until('app.idle()');
}

/** The page goes to the background and comes back. */
const hideAndShow = ({ page }: AngularPage) =>
  page.evaluate(() => {
    for (const value of ['hidden', 'visible']) {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }
  });

const noticed = ({ page }: AngularPage) =>
  page.evaluate<Noticed>('({ counts: app.counts, tasks: app.tasks, errors: app.errors, pageErrors })');

/** What the application notices of a click alone. */
async function noticedOf(app: AngularPage, id: string): Promise<Noticed> {
  await app.page.evaluate('app.forget()');
  await click(app, id);
  return noticed(app);
}

describeInEngines('Angular', (engine, engineName) => {
  const isChromium = engineName === 'chromium';

  describeAngular(isChromium ? ['zoneJsFirst', 'sdkFirst', 'zoneless'] : ['zoneJsFirst'], (name) => {
    let app: AngularPage;
    let same: AngularPage;
    beforeAll(async () => {
      await buildAngularApps();
      app = await openAngularPage(engine(), name);
      same = await openAngularPage(engine(), sdklessOf[name]!);
      return async () => {
        await app.close();
        await same.close();
      };
    }, angularTimeoutMs);

    // The first: what starting has caused is still in the counts.
    test('starting, logging, saving, sending, sending again and hiding detect no change', async () => {
      const { opened, open } = createGate();
      app.collector.answer({ status: 503 });
      app.collector.answerAlways({ until: opened });
      await click(app, 'logMuch');
      await app.until('app.logger.stats().saved === 300 && app.logger.stats().retried > 0');
      await click(app, 'logMuch');
      await hideAndShow(app);
      open();
      await app.until('app.logger.stats().delivered === 600');
      await click(app, 'logMuch');
      await app.until('app.logger.stats().delivered === 900');

      await click(same, 'logMuch');
      await click(same, 'logMuch');
      await hideAndShow(same);
      await click(same, 'logMuch');
      const { counts, ...others } = await noticed(same);
      expect(await noticed(app)).toEqual({ counts, ...others });
      expect(counts.checks).toBeGreaterThan(3);
    });

    test('is stable while lines wait to be saved and sent', async () => {
      const { opened, open } = createGate();
      app.collector.answerAlways({ until: opened });
      const requests = app.collector.requests.length;

      await app.click('logMuch');
      const atOnce = await app.page.evaluate('app.stability()');
      await app.collector.waitForRequests(requests + 1);
      const later = await app.page.evaluate('app.application.whenStable().then(app.stability)');
      open();

      const stable = { testability: true, macrotasks: false, buffered: 300 };
      expect([atOnce, later]).toEqual([stable, stable]);
    });

    test.each(isChromium ? ways : ['awaits', 'listeners'])(
      '%s: changes are detected in a context as in none',
      async (way) => {
        expect(await noticedOf(app, way)).toEqual(await noticedOf(same, way));
      },
    );
  });
});
