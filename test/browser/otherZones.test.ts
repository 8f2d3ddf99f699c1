// Pages that have a zone.js of their own, before or after, or a `Zone` that is something else, or frozen prototypes.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { startCollector } from '../support/collector.js';
import { type PageServer, startPageServer } from '../support/pageServer.js';

const zoneJs = readFileSync(new URL('../../node_modules/zone.js/bundles/zone.umd.js', import.meta.url), 'utf8');
const sdk = '<script src="/timberlog.min.js"></script>';
const zone = '<script src="/zone.js"></script>';
const flows = '<script src="/flows.js"></script>';

let browser: TestBrowser;
let server: PageServer;
beforeAll(async () => {
  browser = await launchBrowser();
  server = await startPageServer({
    folder: new URL('fixtures/tracking', import.meta.url),
    routes: {
      '/zone.js': zoneJs,
      '/answer.json': '{"answer":42}',
      '/zone-before': zone + sdk + flows,
      '/zone-after': sdk + zone + flows,
      '/two-copies': sdk + sdk + flows,
      '/other-zone': `<script>var Zone = { name: 'not zone.js' }</script>${sdk}${flows}`,
      '/other-class': `<script>class Zone { static current = 'mine' }</script>${sdk}${flows}`,
      '/element': `<p id="Zone"></p>${sdk}${flows}`,
      '/frozen-promises': `<script>Object.freeze(Promise.prototype)</script>${sdk}${flows}`,
      '/frozen-zone': `${zone}<script>Object.freeze((async () => {})().constructor.prototype)</script>${sdk}${flows}`,
      '/frozen-everything': `<script>
        for (const name of Object.getOwnPropertyNames(globalThis)) {
          const { value } = Object.getOwnPropertyDescriptor(globalThis, name);
          if (typeof value === 'function' && value.prototype) Object.freeze(value.prototype);
        }
      </script>${sdk}${flows}`,
    },
  });
  return async () => {
    await browser.close();
    await server.close();
  };
});

const open = (path: string): Promise<TestPage> => openPage(browser, server.url + path);

/**
 * The flows that code in `{ flow: 'a' }` sees over callbacks and awaits, and code outside afterwards. What it awaits are
 * native promises, also where zone.js has put its own in place of `Promise`: those of async functions.
 */
const probe = `(async () => {
  const native = async (promise) => promise;
  const flows = await timber.context({ flow: 'a' }, async () => {
    const flows = [];
    await (async () => tick())();
    flows.push(flow());
    await fetch('/answer.json');
    flows.push(flow());
    flows.push(await native(flowOf(setTimeout)), await native(flowOf(queueMicrotask)));
    flows.push(await native(flowOf((callback) => Promise.resolve().then(callback))));
    flows.push(await native(flowOf((callback) => native(tick()).then(callback))));
    const target = new EventTarget();
    const heard = flowOf((callback) => target.addEventListener('news', callback));
    target.dispatchEvent(new Event('news'));
    flows.push(await native(heard));
    const { port1, port2 } = new MessageChannel();
    const answered = flowOf((callback) => (port1.onmessage = callback));
    port2.postMessage(0);
    return [...flows, await native(answered)];
  });
  return [...flows, String(await flowOf(setTimeout)), String(flow())];
})()`;
const kept = [...Array(8).fill('a'), 'undefined', 'undefined'];

test.each([
  ['a page that loaded zone.js before', '/zone-before'],
  ['a page that loads zone.js after', '/zone-after'],
  ['a page that loads the SDK twice', '/two-copies'],
  ['a page with another global called Zone', '/other-zone'],
  ['a page with a class called Zone', '/other-class'],
  ['a page with an element called Zone', '/element'],
])('keeps a context in %s', async (_, path) => {
  const page = await open(path);

  const seen = await page.evaluate(probe);

  expect(seen).toEqual(kept);
  expect(page.errors).toEqual([]);
});

test.each(['/zone-before', '/zone-after'])(
  '%s: keeps a context across an await of zone.js’s own promise',
  async (path) => {
    const page = await open(path);

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
  const page = await open(path);

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

test('leaves another global called Zone as it is', async () => {
  const names = [
    await (await open('/other-zone')).evaluate('Zone.name'),
    await (await open('/other-class')).evaluate('Zone.current'),
    await (await open('/element')).evaluate('Zone.id'),
  ];

  expect(names).toEqual(['not zone.js', 'mine', 'Zone']);
});

test.each(['/zone-before', '/zone-after'])('%s: zone.js has its own Promise and its own zones', async (path) => {
  const page = await open(path);

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

test('a task scheduled in a context is run and counted by the zone that it was scheduled in', async () => {
  const page = await open('/zone-before');

  const seen = await page.evaluate(`new Promise((resolve) => {
    const seen = [];
    const zone = Zone.current.fork({
      name: 'page',
      onScheduleTask(delegate, current, target, task) {
        seen.push('scheduled ' + task.source);
        return delegate.scheduleTask(target, task);
      },
      onInvokeTask(delegate, current, target, task, ...rest) {
        seen.push('invoked ' + flow());
        return delegate.invokeTask(target, task, ...rest);
      },
      onHasTask(delegate, current, target, { change, macroTask }) {
        seen.push(change + ' ' + macroTask);
        if (!macroTask) resolve(seen);
      },
    });
    zone.run(() => timber.context({ flow: 'a' }, () => setTimeout(() => seen.push('callback ' + flow()))));
  })`);

  expect(seen).toEqual(['scheduled setTimeout', 'macroTask true', 'invoked a', 'callback a', 'macroTask false']);
});

test.each([
  ['a page that loaded zone.js before', '/zone-before'],
  ['one that also froze its promises', '/frozen-zone'],
])('a logger that is made and used in a zone of %s schedules no task in it', async (_, path) => {
  const collector = await startCollector();
  const page = await open(path);

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

test.each(['/frozen-promises', '/frozen-everything'])(
  '%s: contexts hold for synchronous code, and nothing throws',
  async (path) => {
    const page = await open(path);

    const seen = await page.evaluate(`(async () => {
      const inside = timber.context({ flow: 'a' }, () => [flow(), timber.context({ flow: 'b' }, flow), flow()]);
      const later = await timber.context({ flow: 'a' }, async () => {
        await tick();
        return String(flow());
      });
      return [...inside, String(flow()), later];
    })()`);

    expect(seen).toEqual(['a', 'b', 'a', 'undefined', 'undefined']);
    expect(page.errors).toEqual([]);
  },
);
