// Two copies of timberlog on a page, of the same version or not: one tracking, one default context.
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { startCollector } from '../support/collector.js';
import { type PageServer, startPageServer } from '../support/pageServer.js';

const script = '/timberlog.min.js';
const module = '/browser.js';
const sameModule = '/browser.js?again';
const renamed = '/renamed.js';
const untracked = '/untracked.js';

// What a version with other insides has in common with this one is the protocol: the names of everything else that
// frames, scopes, zones and layers are made of are other ones.
const insides =
  /^(base|collapsed|collapsedOver|under|over|outer|light|slots|_slots|_leftFor|marked|frameOf|isActive|swap)$/;
const renamedBuild = () =>
  transformSync(readFileSync(new URL('../../dist/browser.js', import.meta.url), 'utf8'), { mangleProps: insides }).code;

const importMap = '<script type="importmap">{"imports":{"idb-keyval":"/idb-keyval.js"}}</script>';
const helpers = '<script src="/copies.js"></script>';

let browser: TestBrowser;
let server: PageServer;
beforeAll(async () => {
  browser = await launchBrowser();
  server = await startPageServer({
    folder: new URL('fixtures/twoCopies', import.meta.url),
    routes: {
      '/': importMap + helpers,
      '/frame': `${helpers}<script src="/timberlog.min.js"></script>`,
      '/frames': `<body>${importMap}${helpers}<script src="/timberlog.min.js"></script><iframe src="/frame"></iframe>`,
      [renamed]: { body: renamedBuild() },
    },
  });
  return async () => {
    await browser.close();
    await server.close();
  };
});

const open = (before = ''): Promise<TestPage> => openPage(browser, server.url, { before });

async function openWith(...addresses: string[]): Promise<TestPage> {
  const page = await open();
  await page.evaluate((all) => loadCopies(...all), addresses);
  return page;
}

describe.each([
  ['a script and then a module', script, module],
  ['a module and then a script', module, script],
  ['the same script twice', script, `${script}?again`],
  ['the same module twice', module, sameModule],
  ['a module and then one with other insides', module, renamed],
  ['one with other insides and then a module', renamed, module],
])('%s', (_, one, other) => {
  let page: TestPage;
  beforeAll(async () => {
    page = await openWith(one, other);
  });

  test('have one default context', async () => {
    expect(await page.evaluate(() => [first !== second, first.context === second.context])).toEqual([true, true]);
    expect(page.errors).toEqual([]);
  });

  test('log what was entered through either, over an await too', async () => {
    const collector = await startCollector();
    await page.evaluate(async (endpoint) => {
      createLoggers(endpoint);
      await first.context({ job: 1 }, async () => {
        await tick();
        await second.context({ step: 2 }, async () => {
          await tick();
          for (const logger of loggers) logger.info('inside');
        });
      });
      for (const logger of loggers) logger.info('outside');
    }, collector.endpoint);

    const lines = await collector.waitForLines(4);
    const found = lines.map(
      ({ logger, message, context }) => `${logger} ${message} ${JSON.stringify(context?.custom)}`,
    );
    expect(found.sort()).toEqual([
      'copy 1 inside {"job":1,"step":2}',
      'copy 1 outside undefined',
      'copy 2 inside {"job":1,"step":2}',
      'copy 2 outside undefined',
    ]);
  });

  test('see what is set through either', async () => {
    const collector = await startCollector();
    await page.evaluate((endpoint) => {
      createLoggers(endpoint);
      second.context.set({ user: { id: 7 } });
      loggers[0]!.info('first');
      first.context.set({ user: { id: 8 } });
      loggers[1]!.info('second');
      first.context.set({ user: undefined });
    }, collector.endpoint);

    const lines = await collector.waitForLines(2);
    const found = lines.map(({ message, context }) => [message, context.user.id]);
    expect(found.sort()).toEqual([
      ['first', 7],
      ['second', 8],
    ]);
  });

  test('keep what createContext() returns apart, over an await too', async () => {
    const seen = await page.evaluate(async () => {
      const own = copies.map(({ createContext }) => createContext());
      const all = () => [...own, first.context].map((context) => context.get());
      return own[0]!({ job: 1 }, () =>
        own[1]!({ step: 2 }, async () => {
          own[0]!.set({ base: 3 });
          await tick();
          return all();
        }),
      );
    });

    expect(seen).toEqual([{ base: 3, job: 1 }, { step: 2 }, {}]);
  });

  test('take each other’s createContext() as an option', async () => {
    const collector = await startCollector();
    await page.evaluate((endpoint) => {
      copies.forEach(({ createLogger }, i) => {
        const context = copies[1 - i]!.createContext();
        const logger = createLogger({ endpoint, context, flush: { everyMs: 50 } });
        context({ job: i }, () => logger.info('inside'));
      });
    }, collector.endpoint);

    const lines = await collector.waitForLines(2);
    expect(lines.map(({ context }) => context.custom.job).sort()).toEqual([0, 1]);
  });

  test('tell the loggers of both what goes wrong with the context', async () => {
    const told = await page.evaluate(async () => {
      createLoggers('/nowhere');
      second.context({ job: 1 });
      await tick();
      return troubles;
    });

    expect(told).toEqual([['using'], ['using']]);
  });
});

test('two copies patch the page once', async () => {
  const page = await openWith(module);

  const changed = await page.evaluate(async (address) => {
    const patched = () => [Promise.resolve, Promise.prototype.then, setTimeout, EventTarget.prototype.addEventListener];
    const before = patched();
    await loadCopies(address);
    return patched().filter((fn, i) => fn !== before[i]).length;
  }, renamed);

  expect(changed).toBe(0);
});

test('what copies share is not enumerable', async () => {
  const page = await openWith(module, script);

  const enumerable = await page.evaluate(() =>
    [globalThis, first.context].flatMap((object) =>
      Object.getOwnPropertySymbols(object)
        .filter((key) => key.description?.startsWith('timberlog.'))
        .map((key) => [String(key), Object.getOwnPropertyDescriptor(object, key)!.enumerable]),
    ),
  );

  expect(enumerable).toEqual([
    ['Symbol(timberlog.tracking.1)', false],
    ['Symbol(timberlog.context.1)', false],
    ['Symbol(timberlog.context.1)', false],
  ]);
});

test('timberlog/untracked takes the default context of a copy that tracks, if that came before', async () => {
  const page = await openWith(module, untracked);

  const seen = await page.evaluate(async () => {
    const inside = second.context({ job: 1 }, async () => {
      await tick();
      return first.context.get();
    });
    return [first.context === second.context, await inside];
  });

  expect(seen).toEqual([true, { job: 1 }]);
});

test('timberlog/untracked leaves nothing for a copy that comes later, whose loggers take its contexts all the same', async () => {
  const collector = await startCollector();
  const page = await openWith(untracked, module);

  const areOne = await page.evaluate(async (endpoint) => {
    const logger = second.createLogger({ endpoint, context: first.context });
    first.context({ job: 1 }, () => logger.error('inside'));
    await logger.flush();
    return first.context === second.context;
  }, collector.endpoint);

  expect(areOne).toBe(false);
  expect(collector.lines.map((line) => line.context)).toEqual([{ custom: { job: 1 } }]);
});

describe('a context of another version that was there before', () => {
  const leave = (key: string, create: string) =>
    `addEventListener('DOMContentLoaded', () => {
       Object.defineProperty(globalThis, Symbol.for('${key}'), { value: globalThis.foreign = ${create}() });
     });`;
  const foreign = leave('timberlog.context.1', 'createForeignContext');

  test('is the default context, on lines and in troubles', async () => {
    const collector = await startCollector();
    const page = await open(foreign);

    const seen = await page.evaluate<unknown[]>(`(async () => {
      await loadCopies('${script}');
      createLoggers('${collector.endpoint}');
      first.context({ job: 1 }, () => loggers[0].info('inside'));
      first.context.set({ user: { id: 7 } });
      loggers[0].with({ part: 'checkout' }).info('later');
      foreign.complain();
      await loggers[0].flush();
      return [first.context === foreign, troubles];
    })()`);

    expect(seen).toEqual([true, [['foreign']]]);
    expect(collector.lines.map((line) => line.context)).toEqual([
      { custom: { job: 1 } },
      { user: { id: 7 }, custom: { part: 'checkout' } },
    ]);
  });

  test('has nothing to do with what createContext() returns', async () => {
    const page = await open(foreign);

    const seen = await page.evaluate(`(async () => {
      await loadCopies('${script}');
      const own = first.createContext();
      return foreign({ job: 1 }, () => own({ step: 2 }, async () => {
        await tick();
        return own.get();
      }));
    })()`);

    expect(seen).toEqual({ step: 2 });
  });

  test('and its tracking are used: the page is patched by nobody else', async () => {
    const page = await open(leave('timberlog.tracking.1', 'createForeignTracking'));

    const seen = await page.evaluate(`(async () => {
      const { then } = Promise.prototype;
      await loadCopies('${script}');
      const outer = first.context({ job: 1 }, () => [first.context.get(), foreign.outside(() => first.context.get())]);
      return [outer, then === Promise.prototype.then, 'Zone' in globalThis];
    })()`);

    expect(seen).toEqual([[{ job: 1 }, {}], true, false]);
  });
});

describe('something else in the place of what copies share', () => {
  const throwing = "new Proxy(() => {}, { get() { throw new Error('no'); } })";
  const revoked = '(() => { const { proxy, revoke } = Proxy.revocable(() => {}, {}); revoke(); return proxy; })()';
  const boasting = `Object.assign(() => {}, { set() {}, get() {}, bind() {}, [Symbol.for('timberlog.context.1')]: {
    current() {}, root() {}, runOverOwnBase() {}, listen() {} }, createScope() {}, outside() {}, complete: true })`;
  const accessor = "get() { throw new Error('no'); }";

  /** Where key is taken: what two copies log after an await in a context, and what they tell. */
  async function logBeside(key: string, descriptor: string) {
    const collector = await startCollector();
    const page = await open(`Object.defineProperty(globalThis, Symbol.for('${key}'), ${descriptor});`);
    const told = await page.evaluate(
      async ([script, module, endpoint]) => {
        await loadCopies(script!, module!);
        createLoggers(endpoint!);
        for (const i of [0, 1]) {
          await copies[i]!.context({ job: i }, async () => {
            loggers[i]!.info('1 at once');
            await tick();
            loggers[i]!.info('2 after an await');
          });
        }
        loggers[0]!.info('3 outside');
        await Promise.all(loggers.map((logger) => logger.flush()));
        return troubles;
      },
      [script, module, collector.endpoint],
    );
    const logged = collector.lines.map(({ message, context }) => `${message} ${context?.custom.job}`);
    expect(page.errors).toEqual([]);
    return { logged: logged.sort(), told };
  }

  const places = ['timberlog.context.1', 'timberlog.tracking.1'];
  const values: [string, string][] = [
    ['null', 'value: null, configurable: true'],
    ['an empty object', 'value: {}, configurable: true'],
    ['a Proxy that throws', `value: ${throwing}, configurable: true`],
    ['a revoked Proxy', `value: ${revoked}, configurable: true`],
    ['what has all the names and does nothing', `value: ${boasting}, configurable: true`],
    ['an accessor that throws', `${accessor}, configurable: true`],
  ];
  test.each(places.flatMap((key) => values.map(([name, value]) => [key, name, value] as const)))(
    '%s: %s is no harm',
    async (key, _, value) => {
      const { logged, told } = await logBeside(key, `{ ${value} }`);

      expect(logged).toEqual([
        '1 at once 0',
        '1 at once 1',
        '2 after an await 0',
        '2 after an await 1',
        '3 outside undefined',
      ]);
      expect(told).toEqual([[], []]);
    },
  );

  test.each([
    ['a Proxy that throws', `{ value: ${throwing} }`],
    ['an accessor that throws', `{ ${accessor} }`],
  ])('a context’s place that is taken for ever, by %s: each copy has its own', async (_, descriptor) => {
    const { logged, told } = await logBeside('timberlog.context.1', descriptor);

    expect(logged.slice(2, 4)).toEqual(['2 after an await 0', '2 after an await 1']);
    expect(told).toEqual([[], []]);
  });

  test.each([
    ['a Proxy that throws', `{ value: ${throwing} }`],
    ['an accessor that throws', `{ ${accessor} }`],
  ])('tracking’s place that is taken for ever, by %s: none patches the page, as two would', async (_, descriptor) => {
    const { logged, told } = await logBeside('timberlog.tracking.1', descriptor);

    expect(logged).toEqual([
      '1 at once 0',
      '1 at once 1',
      '2 after an await undefined',
      '2 after an await undefined',
      '3 outside undefined',
    ]);
    expect(told).toEqual([['tracking'], ['tracking']]);
  });
});

test('a page and its iframe share nothing, and each keeps its own context', async () => {
  const page = await openPage(browser, `${server.url}/frames`);

  const seen = await page.evaluate(`(async () => {
    const inner = frames[0].timber;
    const ofInner = frames[0].eval(\`async () => {
      await tick();
      return timber.context.get();
    }\`);
    const both = () => [timber.context.get(), inner.context.get()];
    const inFrame = inner.context({ page: 'inner' }, ofInner);
    const here = await timber.context({ page: 'outer' }, async () => {
      await tick();
      return both();
    });
    return [timber.context === inner.context, await inFrame, here, both()];
  })()`);

  expect(seen).toEqual([false, { page: 'inner' }, [{ page: 'outer' }, {}], [{}, {}]]);
  expect(page.errors).toEqual([]);
});
