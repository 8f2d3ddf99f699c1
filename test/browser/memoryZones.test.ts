// What a context has held can be collected also where it has gone through zones and tasks of zone.js.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { type MemoryPage, openMemoryPage, type Probe } from './keptThings.js';
import { sdk, zoneJs } from './otherPages.js';

declare const Zone: any;

const zoneUrl = new URL('../../node_modules/zone.js/bundles/zone.umd.js', import.meta.url);

let memoryPage: MemoryPage;
beforeAll(async () => {
  memoryPage = await openMemoryPage({
    '/': `${zoneJs}${sdk}<script src="/flows.js"></script><body>`,
    '/zone.js': readFileSync(zoneUrl, 'utf8'),
  });
  return memoryPage.close;
});

test('a task that stays is seen to keep its context', async () => {
  const kept = await memoryPage.keptOf(() =>
    timber.context({ flow: 'a' }, () => {
      addEventListener('news', () => {});
      return { fields: here().fields };
    }),
  );

  expect(kept).toEqual(['fields']);
});

test.each<[string, Probe]>([
  [
    'tasks that have run or were cancelled',
    () =>
      timber.context({ flow: 'a' }, async () => {
        const fired = () => {};
        const cancelled = () => {};
        setTimeout(fired);
        clearTimeout(setTimeout(cancelled, 60_000));
        clearInterval(setInterval(cancelled, 60_000));
        const target = new EventTarget();
        keep(target);
        target.addEventListener('news', cancelled);
        target.removeEventListener('news', cancelled);
        await tick();
        await tick();
        return { fired, cancelled, ...here() };
      }),
  ],
  [
    'a zone that stays, and what has run in it',
    () => {
      const zone = Zone.root.fork({ name: 'page' });
      keep(zone);
      return timber.context({ flow: 'a' }, () => {
        const callback = () => {};
        zone.run(callback);
        zone.wrap(callback, 'page')();
        return { callback, ...here() };
      });
    },
  ],
  [
    'what has failed in a zone that stays',
    async () => {
      const zone = Zone.root.fork({ name: 'page', onHandleError: () => false });
      keep(zone);
      return timber.context({ flow: 'a' }, async () => {
        const fail = () => {
          throw new Error('wanted');
        };
        zone.runGuarded(fail);
        zone.run(() => setTimeout(fail));
        zone.run(() => void Promise.reject(new Error('wanted')));
        await tick();
        await tick();
        return { fail, ...here() };
      });
    },
  ],
])('keeps nothing of %s', async (_, probe) => {
  expect(await memoryPage.keptOf(probe)).toEqual([]);
});
