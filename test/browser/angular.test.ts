// Contexts in Angular applications as Angular's own builder makes them: with zone.js, where it rewrites every async
// function, also ours, loaded before the SDK as usual or after it; and without zone.js.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type AngularApp, angularTimeoutMs, buildAngularApp, describeAngular } from './angularApps.js';
import { type AngularPage, openAngularPage } from './angularPage.js';

const withZoneJs: AngularApp[] = ['zoneJsFirst', 'sdkFirst'];
const ways = {
  awaits: 'awaits',
  controlFlow: 'awaits in loops, for await and try',
  nativeAwaits: 'native awaits of a script that the builder has not seen',
  promises: 'callbacks of promises',
  sharedPromise: 'a promise that flows share',
  timers: 'timers',
  listeners: 'event listeners',
  httpClient: 'requests of HttpClient',
  rxjs: 'observables of RxJS',
  navigation: 'navigations of the router',
  effects: 'effects of signals',
  zoneRun: 'ngZone.run and runOutsideAngular',
  zoneRunLater: 'what is started in ngZone.run and runOutsideAngular',
  failing: 'what throws',
};

interface Seen {
  /** What its lines say where they were logged, with the job of their context. */
  readonly contexts: [where: string, job: unknown][];
  readonly job: number;
  readonly said: number;
}

/** Clicks a button whose listener goes that way in a context of its own; what it has logged when it has ended. */
async function go(way: string, { click, collector }: AngularPage): Promise<Seen> {
  await click(way);
  const finished = await collector.waitForMessage(`${way} finished`);
  expect(finished.context?.custom, 'the context of code after it').toBeUndefined();
  const { said, of: job } = finished.event.custom;
  const lines = collector.lines.filter((line) => line.event?.custom?.job === job);
  return { contexts: lines.map((line) => [line.message, line.context?.custom?.job?.id]), job, said };
}

const allIn = ({ contexts, job }: Seen) => contexts.map(([where]) => [where, job]);

describeInEngines('Angular', (engine) => {
  describeAngular([...withZoneJs, 'zoneless'], (name) => {
    let app: AngularPage;
    beforeAll(async () => {
      await buildAngularApp(name);
      app = await openAngularPage(engine(), name);
      return app.close;
    }, angularTimeoutMs);

    test.each(Object.entries(ways))('%s: keeps a context over %s', async (way) => {
      const seen = await go(way, app);

      expect(seen.contexts).toEqual(allIn(seen));
      expect(seen.contexts).toHaveLength(seen.said);
    });

    test('keeps a context over requests of HttpClient by fetch', async () => {
      const seen = await go('httpClient', await openAngularPage(engine(), name, { http: 'fetch' }));

      expect(seen.contexts).toEqual(allIn(seen));
      expect(seen.contexts).toHaveLength(seen.said);
    });

    test('a component that the router makes has the context of the navigation', async () => {
      const { click, collector } = await openAngularPage(engine(), name);

      await click('navigation');

      expect((await collector.waitForMessage('in a routed component')).context.custom).toEqual({ job: { id: 1 } });
    });

    test('thirty flows at once lose no context and see no other, and code outside sees none', async () => {
      const { click, collector } = await openAngularPage(engine(), name);

      await click('overlapping');
      const finished = await collector.waitForMessage('overlapping finished', 30_000);

      const lines = collector.lines.filter((line) => line !== finished);
      const jobs = lines.map((line) => [line.message, line.event?.custom?.job, line.context?.custom?.job?.id]);
      const others = jobs.filter(([, job, seen]) => seen !== job);
      expect({
        lost: others.filter(([, , seen]) => seen === undefined),
        wrong: others.filter(([, , seen]) => seen !== undefined),
      }).toEqual({ lost: [], wrong: [] });
      expect(lines).toHaveLength(finished.event.custom.said);
      expect(jobs.filter(([, job]) => job === undefined).length, 'lines outside').toBeGreaterThan(50);
    });
  });

  /** The contexts in which components of two jobs are rendered by one change detection. */
  async function rendered(name: AngularApp): Promise<unknown[]> {
    const { click, collector } = await openAngularPage(engine(), name);
    await click('rendering');
    const isRendered = ({ message }: { message: string }) => message === 'rendered';
    const lines = await collector.waitForLines((lines) => lines.filter(isRendered).length === 2);
    return lines.filter(isRendered).map((line) => line.context?.custom?.job?.id);
  }

  describeAngular(withZoneJs, (name) => {
    test(
      'a change detection runs in no context',
      async () => {
        expect(await rendered(name)).toEqual([undefined, undefined]);
      },
      angularTimeoutMs,
    );

    test('keeps a context over an await of no promise, which the builder has rewritten', async () => {
      const { contexts, job } = await go('awaitOfNoPromise', await openAngularPage(engine(), name));

      expect(contexts).toEqual([
        ['after an await of no promise', job],
        ['in a timeout', job],
      ]);
    });
  });

  describeAngular(['zoneless'], (name) => {
    // By the rule for every callback: it has been scheduled in that context. The second job's component sees it too.
    test(
      'a change detection runs in the context of whoever was the first to need it',
      async () => {
        expect(await rendered(name)).toEqual([1, 1]);
      },
      angularTimeoutMs,
    );

    test('has no context after an await of no promise, until the next callback', async () => {
      const { contexts, job } = await go('awaitOfNoPromise', await openAngularPage(engine(), name));

      expect(contexts).toEqual([
        ['after an await of no promise', undefined],
        ['in a timeout', job],
      ]);
    });
  });
});
