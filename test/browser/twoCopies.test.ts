// Two copies of timberlog on a page, of the same version or not: one tracking, one default context.
import { beforeAll, describe, expect, test } from 'vitest';
import type { TestPage } from '../support/browser.js';
import { startCollector } from '../support/collector.js';
import { builds, type CopiesPages, startCopiesPages } from './copiesPage.js';

const { script, sameScript, module, sameModule, renamed, untracked } = builds;

let pages: CopiesPages;
beforeAll(async () => {
  pages = await startCopiesPages();
  return pages.close;
});

describe.each([
  ['a script and then a module', script, module],
  ['a module and then a script', module, script],
  ['the same script twice', script, sameScript],
  ['the same module twice', module, sameModule],
  ['a module and then one with other insides', module, renamed],
  ['one with other insides and then a module', renamed, module],
])('%s', (_, one, other) => {
  let page: TestPage;
  beforeAll(async () => {
    page = await pages.openWith(one, other);
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
  const page = await pages.openWith(module);

  const changed = await page.evaluate(async (address) => {
    const patched = () => [Promise.resolve, Promise.prototype.then, setTimeout, EventTarget.prototype.addEventListener];
    const before = patched();
    await loadCopies(address);
    return patched().filter((fn, i) => fn !== before[i]).length;
  }, renamed);

  expect(changed).toBe(0);
});

test('what copies share is not enumerable', async () => {
  const page = await pages.openWith(module, script);

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
  const page = await pages.openWith(module, untracked);

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
  const page = await pages.openWith(untracked, module);

  const areOne = await page.evaluate(async (endpoint) => {
    const logger = second.createLogger({ endpoint, context: first.context });
    first.context({ job: 1 }, () => logger.error('inside'));
    await logger.flush();
    return first.context === second.context;
  }, collector.endpoint);

  expect(areOne).toBe(false);
  expect(collector.lines.map((line) => line.context)).toEqual([{ custom: { job: 1 } }]);
});

test('a page and its iframe share nothing, and each keeps its own context', async () => {
  const page = await pages.openFrames();

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
