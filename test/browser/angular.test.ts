// Contexts in Angular applications as Angular's own builder makes them: with zone.js, where it rewrites every async
// function, also ours, loaded before the SDK as usual or after it; and without zone.js.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../support/collectedLines.js';
import { describeInEngines } from '../support/engines.js';
import { type AngularApp, angularTimeoutMs, buildAngularApps, describeAngular } from './angularApps.js';
import { type AngularPage, openAngularPage } from './angularPage.js';

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

const jobOf = (line: Line): unknown => line.context?.custom?.job?.id;

/** Clicks a button, and gives the lines of that message when there are so many more of them. */
async function linesAfterClick({ click, collector }: AngularPage, id: string, message: string, count = 1) {
  const all = () => collector.lines.filter((line) => line.message === message);
  const before = all().length;
  await click(id);
  await collector.waitForLines(() => all().length >= before + count, 30_000);
  return all().slice(before);
}

/** Goes that way in a context of its own; what it has logged when it has ended. */
async function go(way: string, app: AngularPage): Promise<Seen> {
  const [finished] = await linesAfterClick(app, way, `${way} finished`);
  expect(finished!.context?.custom, 'the context of code after it').toBeUndefined();
  const { said, of: job } = finished!.event.custom;
  const lines = app.collector.lines.filter((line) => line.event?.custom?.job === job);
  return { contexts: lines.map((line) => [line.message, jobOf(line)]), job, said };
}

const allIn = ({ contexts, job }: Seen) => contexts.map(([where]) => [where, job]);

/** The contexts in which one change detection renders components of two jobs, and that of a click on the second. */
async function rendered(app: AngularPage): Promise<unknown[]> {
  const lines = await linesAfterClick(app, 'rendering', 'rendered', 2);
  await app.page.evaluate("document.querySelector('job-line:last-of-type button').click()");
  const { event } = lines[1]!;
  const isClick = (line: Line) => line.message === 'clicked' && line.event.custom.job === event.custom.job;
  await app.collector.waitForLines((all) => all.some(isClick));
  return [...lines, ...app.collector.lines.filter(isClick)].map(jobOf);
}

describeInEngines('Angular', (engine, engineName) => {
  const isChromium = engineName === 'chromium';
  const withZoneJs: AngularApp[] = isChromium ? ['zoneJsFirst', 'sdkFirst'] : ['zoneJsFirst'];

  describeAngular([...withZoneJs, 'zoneless'], (name) => {
    let app: AngularPage;
    beforeAll(async () => {
      await buildAngularApps();
      app = await openAngularPage(engine(), name);
      return app.close;
    }, angularTimeoutMs);

    test.each(isChromium ? Object.entries(ways) : [])('%s: keeps a context over %s', async (way) => {
      const seen = await go(way, app);

      expect(seen.contexts).toEqual(allIn(seen));
      expect(seen.contexts).toHaveLength(seen.said);
    });

    if (name === 'zoneless') {
      // By the rule for every callback: it has been scheduled in that context. The second job's component sees it too.
      test('a change detection runs in the context of whoever was the first to need it, and so do listeners of what it renders', async () => {
        const [first, ...others] = await rendered(app);

        expect(first).toEqual(expect.any(Number));
        expect(others).toEqual([first, first]);
      });

      test('has no context after an await of no promise, until the next callback', async () => {
        const { contexts, job } = await go('awaitOfNoPromise', app);

        expect(contexts).toEqual([
          ['after an await of no promise', undefined],
          ['in a timeout', job],
        ]);
      });
    } else {
      test('a change detection runs in no context, and so do listeners of what it renders', async () => {
        expect(await rendered(app)).toEqual([undefined, undefined, undefined]);
      });

      test('keeps a context over an await of no promise, which the builder has rewritten', async () => {
        const { contexts, job } = await go('awaitOfNoPromise', app);

        expect(contexts).toEqual([
          ['after an await of no promise', job],
          ['in a timeout', job],
        ]);
      });

      test('the ErrorHandler is told of an error in the context in which it was thrown', async () => {
        const { job } = await go('failing', app);

        const told = app.collector.lines.filter(({ message }) => message === 'in the ErrorHandler').slice(-2);
        expect(told.map((line) => [line.event.custom.message, jobOf(line)])).toEqual([
          ['Error: rejected and not handled', job],
          ['Error: thrown in a timeout', job],
        ]);
      });
    }

    describe('with HttpClient by fetch, and one change detection for all events of a frame', () => {
      let other: AngularPage;
      beforeAll(async () => {
        other = await openAngularPage(engine(), name, { other: 'yes' });
        return other.close;
      });

      test('keeps a context over requests', async () => {
        const seen = await go('httpClient', other);

        expect(seen.contexts).toEqual(allIn(seen));
        expect(seen.contexts).toHaveLength(seen.said);
      });

      test('a component that the router makes has the context of the navigation', async () => {
        const { job } = await go('navigation', other);

        const made = other.collector.lines.filter(({ message }) => message === 'in a routed component');
        expect(made.map(jobOf)).toEqual([job]);
      });

      if (name !== 'zoneless') {
        test('a change detection runs in no context, and so do listeners of what it renders', async () => {
          expect(await rendered(other)).toEqual([undefined, undefined, undefined]);
        });
      }

      test('thirty flows at once lose no context and see no other, and code outside sees none', async () => {
        const [finished] = await linesAfterClick(other, 'overlapping', 'overlapping finished');

        const lines = other.collector.lines.filter(({ event }) => event?.custom?.flow === 'overlapping');
        const jobs = lines.map((line) => [line.message, line.event.custom.job, jobOf(line)]);
        const others = jobs.filter(([, job, seen]) => seen !== job);
        expect({
          lost: others.filter(([, , seen]) => seen === undefined),
          wrong: others.filter(([, , seen]) => seen !== undefined),
        }).toEqual({ lost: [], wrong: [] });
        expect(lines).toHaveLength(finished!.event.custom.said);
        expect(jobs.filter(([, job]) => job === undefined).length, 'lines outside').toBeGreaterThan(50);
      });
    });
  });
});
