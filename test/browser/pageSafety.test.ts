// The same script in the same page, with the SDK and without: outside of contexts it can tell no difference.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser } from '../support/browser.js';
import { type PageServer, startPageServer } from '../support/pageServer.js';

type Observed = { [item: string]: any };

let server: PageServer;
let browser: TestBrowser;
let withSdk: Observed;
let without: Observed;
let ownWith: string[];
let ownWithout: string[];
beforeAll(async () => {
  browser = await launchBrowser();
  server = await startPageServer({
    folder: new URL('fixtures/tracking', import.meta.url),
    routes: {
      '/with': '<body><script src="/timberlog.min.js"></script><script type="module" src="/pageSafety.js"></script>',
      '/without': '<body><script type="module" src="/pageSafety.js"></script>',
      '/answer.json': '{"answer":42}',
    },
  });
  [without, ownWithout] = await observe(`${server.url}/without`);
  [withSdk, ownWith] = await observe(`${server.url}/with`);
  return async () => {
    await browser.close();
    await server.close();
  };
});

async function observe(url: string): Promise<[Observed, string[]]> {
  const page = await openPage(browser, url);
  const observed = await page.evaluate<Observed>('observePage()');
  const own = await page.evaluate(() => Reflect.ownKeys(globalThis).map(String));
  await page.close();
  return [observed, own];
}

test.each([
  ['microtasks and timers run in the page’s own order', 'microtasksAndTimers'],
  ['microtasks run between the listeners of an event', 'microtasksBetweenListeners'],
  ['unhandledrejection and rejectionhandled fire for the same promises with the same reasons', 'rejections'],
  ['every promise is a Promise and has nothing of its own', 'instances'],
  ['Promise and its prototype are the page’s own', 'constructors'],
  ['subclasses of Promise behave alike', 'subclasses'],
  ['assigning to then and constructor does what it does to plain properties', 'assignments'],
  ['functions print as native code, with their names and lengths', 'sources'],
  ['replaced properties keep their attributes', 'descriptors'],
  ['errors of callbacks are reported alike, in the same order', 'errors'],
  ['listeners are added, removed and called alike', 'listeners'],
  ['on… properties read, call and cancel alike', 'onProperties'],
  ['observers and readers are the native ones', 'observers'],
  ['no enumerable global is added but timber', 'globals'],
  ['nothing is written to User Timing', 'userTiming'],
  ['the stack of an error shows the async callers', 'asyncStack'],
])('%s', (_, item) => {
  expect(without[item]).toBeInstanceOf(Array);
  expect(withSdk[item]).toEqual(without[item]);
});

test('adds to the global scope what is listed and no more', () => {
  const added = ownWith.filter((key) => !ownWithout.includes(key));

  expect(added.sort()).toEqual([
    'Symbol(timberlog.context.1)',
    'Symbol(timberlog.tracking.1)',
    'Zone',
    '__zone_symbol__Promise',
    'timber',
  ]);
});
