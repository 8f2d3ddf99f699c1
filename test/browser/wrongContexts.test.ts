// The cases that are known in which code sees a context that is not its own. The README lists them.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

describeInEngines('a context that is seen by code of no context', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine(), {
      '/': `<script src="/timberlog.min.js"></script><script src="/flows.js"></script>
        <body><iframe srcdoc="<script>async function ofFrame() {}</script>"></iframe>`,
    });
    return flowPage.close;
  });

  test.each([
    ['a promise whose constructor it has just read', '(promise.constructor, promise)'],
    ['the first promise of a subclass that is seen', 'new (class extends Promise {})((done) => done())'],
  ])(
    'is that of code that resolves with %s what has been awaited while no await of a context was pending',
    async (_, given) => {
      const seen = await flowPage.page.evaluate(`(async () => {
      let ready;
      const whenReady = new Promise((resolve) => (ready = resolve));
      const outside = (async () => {
        await whenReady;
        const first = String(flow());
        await tick();
        return [first, String(flow())];
      })();
      const promise = tick();
      timber.context({ flow: 'a' }, () => setTimeout(() => ready(${given}), 1));
      return outside;
    })()`);

      expect(seen).toEqual(['a', 'a']);
    },
  );

  test('is that of the one that asked an async generator first, in what it runs for those that asked meanwhile', async () => {
    const seen = await flowPage.inPage(async () => {
      const flows: unknown[] = [];
      async function* numbers() {
        for (let i = 0; i < 3; i++) {
          await tick();
          flows.push(String(flow()));
          yield tick();
        }
      }
      const shared = numbers();
      await Promise.all([
        timber.context({ flow: 'a' }, () => shared.next()),
        timber.context({ flow: 'b' }, () => shared.next()),
        shared.next(),
      ]);
      return flows;
    });

    expect(seen).toEqual(['a', 'a', 'a']);
  });

  test("is that of code that made a promise by another realm's Promise.resolve, in callbacks of its then", async () => {
    const seen = await flowPage.inPage(async () => {
      const foreign = timber.context({ flow: 'a' }, () => (window.frames[0] as any).Promise.resolve(tick()));
      const inThen = new Promise((resolve) => foreign.then(() => resolve(flow())));
      await foreign;
      return [String(flow()), await inThen, String(flow())];
    });

    expect(seen).toEqual(['undefined', 'a', 'undefined']);
  });

  test('is not seen, but callbacks are called twice: two for a then read right after constructor and called outside', async () => {
    const seen = await flowPage.inPage(async () => {
      const flows: unknown[] = [];
      const promise = Promise.resolve(1);
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested
      const { then } = timber.context({ flow: 'a' }, () => ({ constructor: promise.constructor, then: promise.then }));
      then.call(
        promise,
        () => flows.push(String(flow())),
        () => {},
      );
      await new Promise((resolve) => setTimeout(resolve));
      return flows;
    });

    expect(seen).toEqual(['undefined', 'undefined']);
  });
});
