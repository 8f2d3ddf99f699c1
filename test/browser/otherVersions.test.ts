// A page in which something stands already where copies of timberlog leave what they share: what another version left,
// known by the protocol alone, or something else.
import { beforeAll, describe, expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { builds, type CopiesPages, startCopiesPages } from './copiesPage.js';

const { script, module } = builds;

let pages: CopiesPages;
beforeAll(async () => {
  pages = await startCopiesPages();
  return pages.close;
});

describe('a context of another version that was there before', () => {
  const leave = (key: string, create: string) =>
    `addEventListener('DOMContentLoaded', () => {
       Object.defineProperty(globalThis, Symbol.for('${key}'), { value: globalThis.foreign = ${create}() });
     });`;
  const foreign = leave('timberlog.context.1', 'createForeignContext');

  test('is the default context, on lines and in troubles', async () => {
    const collector = await startCollector();
    const page = await pages.open(foreign);

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
    const page = await pages.open(foreign);

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
    const page = await pages.open(leave('timberlog.tracking.1', 'createForeignTracking'));

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
    const page = await pages.open(`Object.defineProperty(globalThis, Symbol.for('${key}'), ${descriptor});`);
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
