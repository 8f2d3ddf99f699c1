// zone.js’s own zones, promise and tasks, in a page with the SDK.
import { beforeAll, expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInEngines } from '../support/engines.js';
import { type OtherPages, sdk, serveOtherPages, zoneJs } from './otherPages.js';

const flows = '<script src="/tracking/flows.js"></script>';

describeInEngines('zone.js', (engine) => {
  let pages: OtherPages;
  beforeAll(async () => {
    pages = await serveOtherPages(engine(), {
      '/alone': sdk + flows,
      '/zone-alone': zoneJs,
      '/zone-before': zoneJs + sdk + flows,
      '/zone-after': sdk + zoneJs + flows,
      '/frozen-zone': `${zoneJs}<script>Object.freeze((async () => {})().constructor.prototype)</script>${sdk}${flows}`,
    });
    return pages.close;
  });

  test.each(['/zone-before', '/zone-after'])(
    '%s: keeps a context across an await of zone.js’s own promise',
    async (path) => {
      const page = await pages.open(path);

      const seen = await page.evaluate(`(async () => {
      const zonePromise = (value) => new Promise((resolve) => setTimeout(resolve, 1, value));
      const flows = await timber.context({ flow: 'a' }, async () => {
        await zonePromise();
        const flows = [flow()];
        try {
          await Promise.reject('no');
        } catch (reason) {
          flows.push(reason, flow());
        }
        await Promise.all([zonePromise(), (async () => { await zonePromise(); flows.push(flow()); })()]);
        return [...flows, flow()];
      });
      await zonePromise();
      return [...flows, String(flow())];
    })()`);

      expect(seen).toEqual(['a', 'no', 'a', 'a', 'a', 'undefined']);
    },
  );

  test.each(['/zone-before', '/zone-after'])('%s: keeps a context in a zone that is entered in it', async (path) => {
    const page = await pages.open(path);

    const seen = await page.evaluate(`(async () => {
      const zone = Zone.root.fork({ name: 'page' });
      const fromOutside = zone.wrap(() => String(flow()), 'page');
      const flows = await timber.context({ flow: 'a' }, async () => {
        const direct = zone.run(() => [flow(), Zone.current.name]);
        const guarded = zone.runGuarded(() => flow());
        const later = new Promise((resolve) => zone.run(() => setTimeout(() => resolve(flow()), 1)));
        const nested = zone.run(() => timber.context({ flow: 'b' }, () => Zone.root.run(() => flow())));
        const wrapped = zone.wrap(() => flow(), 'page');
        return [...direct, guarded, nested, fromOutside(), await later, () => wrapped()];
      });
      const wrapped = flows.pop();
      return [...flows, wrapped(), zone.run(() => String(flow()))];
    })()`);

    expect(seen).toEqual(['a', 'page', 'a', 'b', 'undefined', 'a', 'a', 'undefined']);
  });

  test.each(['/zone-before', '/zone-after'])('%s: zone.js has its own Promise and its own zones', async (path) => {
    const page = await pages.open(path);

    const seen = await page.evaluate(`(async () => {
      const { Zone } = globalThis;
      const zone = Zone.current.fork({ name: 'page', properties: { mine: 'property' } });
      const inside = () => [Zone.current.name, Zone.current.get('mine'), flow()];
      return timber.context({ flow: 'a' }, () => {
        const inContext = Zone.current.fork({ name: 'inner', properties: { mine: 'own' } });
        return [
          Promise === Zone[Zone.__symbol__('ZoneAwarePromise')] || Promise.toString().includes('native'),
          inContext.run(inside),
          zone.run(() => Zone.current.name),
          zone.run(() => timber.context({ flow: 'b' }, () => [Zone.current.get('mine'), flow()])),
        ];
      });
    })()`);

    expect(seen).toEqual([true, ['inner', 'own', 'a'], 'page', ['property', 'b']]);
  });

  test.each(['/zone-before', '/zone-after'])('%s: a zone that is forked in a context carries it', async (path) => {
    const page = await pages.open(path);

    const seen = await page.evaluate(`(async () => {
      const zone = timber.context({ flow: 'a' }, () => Zone.current.fork({ name: 'page' }));
      const inNone = zone.run(() => String(flow()));
      const later = await zone.run(() => new Promise((resolve) => setTimeout(() => resolve(String(flow())))));
      const inAnother = timber.context({ flow: 'b' }, () => zone.run(() => String(flow())));
      const inFork = zone.fork({ name: 'inner' }).run(() => String(flow()));
      return [inNone, later, inAnother, inFork, String(flow())];
    })()`);

    expect(seen).toEqual(['a', 'a', 'b', 'a', 'undefined']);
  });

  test('a listener that gets its handleEvent after it was added is followed, but where zone.js came first', async () => {
    const contexts = `(() => {
      const listener = {};
      const target = new EventTarget();
      timber.context({ flow: 'a' }, () => target.addEventListener('news', listener));
      const seen = [];
      listener.handleEvent = () => seen.push(String(flow()));
      target.dispatchEvent(new Event('news'));
      timber.context({ flow: 'b' }, () => target.dispatchEvent(new Event('news')));
      return seen;
    })()`;

    const seen = [];
    for (const path of ['/alone', '/zone-after', '/zone-before']) {
      const page = await pages.open(path);
      seen.push(await page.evaluate(contexts));
    }

    expect(seen).toEqual([
      ['a', 'a'],
      ['a', 'a'],
      ['undefined', 'b'],
    ]);
  });

  test.each(['/zone-before', '/zone-after'])(
    '%s: keeps a context in a class that zone.js has replaced',
    async (path) => {
      const page = await pages.open(path);

      const seen = await page.evaluate(`new Promise((resolve) => {
      const reader = new FileReader();
      timber.context({ flow: 'a' }, () => {
        reader.onload = () => resolve(flow());
      });
      reader.readAsText(new Blob(['text']));
    })`);

      expect(seen).toBe('a');
    },
  );

  const withoutAndWith = async (code: string, path = '/zone-before'): Promise<unknown[]> => [
    await (await pages.open('/zone-alone')).evaluate(code),
    await (await pages.open(path)).evaluate(code),
  ];

  test('has what it made enumerable stay so', async () => {
    const names = `(() => {
      const names = [];
      for (const name in Promise.resolve()) names.push(name);
      return names;
    })()`;

    const [without, withSdk] = await withoutAndWith(names);

    expect(withSdk).toEqual(without);
    expect(without).toContain('then');
  });

  test('writes no more to User Timing than without the SDK, and nothing where it comes after it', async () => {
    const entries = `['mark', 'measure'].flatMap((type) =>
      performance.getEntriesByType(type).map(({ name }) => type + ' ' + name)).sort()`;

    const [without, withSdk] = await withoutAndWith(entries);
    const [, after] = await withoutAndWith(entries, '/zone-after');

    expect(withSdk).toEqual(without);
    expect(without).toContain('measure Zone:ZoneAwarePromise');
    expect(after).toEqual([]);
  });

  test.each([
    ['a page that loaded zone.js before', '/zone-before'],
    ['one that also froze its promises', '/frozen-zone'],
  ])('a logger that is made and used in a zone of %s schedules no task in it', async (_, path) => {
    const collector = await startCollector();
    const page = await pages.open(path);

    const tasks = await page.evaluate(`(async () => {
      const tasks = [];
      const zone = Zone.current.fork({
        name: 'page',
        onScheduleTask(delegate, current, target, task) {
          tasks.push(task.type + ' ' + task.source);
          return delegate.scheduleTask(target, task);
        },
      });
      const logger = zone.run(() => {
        const logger = timber.createLogger({ endpoint: '${collector.endpoint}', onTrouble() {} });
        timber.context({ flow: 'a' }, () => logger.error('in a zone'));
        return logger;
      });
      await Zone.root.run(() => logger.flush());
      return tasks;
    })()`);

    expect(tasks).toEqual([]);
    expect((await collector.waitForMessage('in a zone')).context).toEqual({ custom: { flow: 'a' } });
  });
});
