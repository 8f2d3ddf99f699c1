// Pages that have made something of their own of Promise or its `then`, before the SDK came or after.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines, type EnginePage } from '../support/engines.js';
import {
  flowsKept,
  logIn,
  type OtherPages,
  sdk,
  seenSynchronously,
  serveOtherPages,
  troublesOfLogging,
} from './otherPages.js';

/** As core-js mends engines: `then` makes a promise of the page's class, over what the native one says. */
const mendedThen = `<script>
  const nativeThen = Promise.prototype.then;
  globalThis.thens = 0;
  Promise.prototype.then = function then(onFulfilled, onRejected) {
    thens++;
    const promise = this;
    const derived = new Promise((resolve, reject) => nativeThen.call(promise, resolve, reject));
    return nativeThen.call(derived, onFulfilled, onRejected);
  };
</script>`;
/** As tools that measure do. */
const countedThen = `<script>
  const countedThen = Promise.prototype.then;
  globalThis.thens = 0;
  Promise.prototype.then = function (...args) {
    thens++;
    return Reflect.apply(countedThen, this, args);
  };
</script>`;
const subclass = '<script>globalThis.Promise = class OwnPromise extends Promise {};</script>';
const replaced = '<script src="/safety/ownPromise.js"></script><script>globalThis.Promise = OwnPromise;</script>';

describeInEngines('a page', (engine) => {
  let pages: OtherPages;
  beforeAll(async () => {
    pages = await serveOtherPages(engine(), {
      '/mended-before': mendedThen + sdk,
      '/mended-after': sdk + mendedThen,
      '/counted-before': countedThen + sdk,
      '/counted-after': sdk + countedThen,
      '/counted-twice': countedThen + sdk + countedThen.replaceAll('countedThen', 'countedAgain'),
      '/subclass-before': subclass + sdk,
      '/subclass-after': sdk + subclass,
      '/replaced-before': replaced + sdk,
      '/replaced-after': sdk + replaced,
    });
    return pages.close;
  });

  describe.each([
    ['that mended then before', '/mended-before'],
    ['that mends then after', '/mended-after'],
    ['that counts calls of then, from before', '/counted-before'],
    ['that counts calls of then, from after', '/counted-after'],
    ['that counts calls of then, twice', '/counted-twice'],
    ['that put a subclass in place of Promise before', '/subclass-before'],
    ['that puts a subclass in place of Promise after', '/subclass-after'],
    ['that put a Promise of its own in place before', '/replaced-before'],
    ['that puts a Promise of its own in place after', '/replaced-after'],
  ])('%s', (_, path) => {
    let page: EnginePage;
    beforeAll(async () => {
      page = await pages.open(path);
      return page.close;
    });

    test('keeps contexts', async () => {
      const seen = await page.evaluate<{ [kind: string]: string }>('seenFlows()');

      expect(seen).toEqual(flowsKept(seen));
      expect(await page.evaluate('seenSynchronously()')).toEqual(seenSynchronously);
    });

    test('delivers lines, and has no trouble', async () => {
      expect(await troublesOfLogging(logIn(page))).toEqual([]);
    });

    test('has heard of no error', async () => {
      expect(await page.evaluate('complaints')).toEqual([]);
    });
  });

  test.each([['/mended-before'], ['/mended-after'], ['/counted-before'], ['/counted-after']])(
    '%s: has its then called as often in a context as outside',
    async (path) => {
      const page = await pages.open(path);

      const counts = await page.evaluate(`(async () => {
      const counted = async (enter) => {
        const before = thens;
        await enter(async () => {
          await Promise.resolve().then(() => {}).catch(() => {});
          await Promise.all([Promise.resolve(), Promise.resolve()]);
          await (async () => await Promise.resolve())();
        });
        return thens - before;
      };
      return [await counted((run) => run()), await counted((run) => timber.context({ flow: 'a' }, run))];
    })()`);

      expect(counts).toEqual([4, 4]);
    },
  );

  test('/replaced-after: has the context missing after an await of its own promises, and in no other place', async () => {
    const page = await pages.open('/replaced-after');

    const seen = await page.evaluate(`(async () => {
      const flow = () => timber.context.get().flow ?? 'none';
      const seen = await timber.context({ flow: 'a' }, async () => {
        const inThen = await (async () => Promise.resolve().then(flow))();
        const kept = flow();
        await Promise.resolve();
        return [inThen, kept, flow()];
      });
      return [...seen, flow()];
    })()`);

    expect(seen).toEqual(['a', 'a', 'none', 'none']);
  });
});
