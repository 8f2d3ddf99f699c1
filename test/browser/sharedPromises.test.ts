// Promises that are settled within a context and awaited outside of it, where an await cannot be told from the code
// that made them: what waits outside sees no context.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

declare const resolveBefore: typeof Promise.resolve;

describeInEngines('a promise shared with a context', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine(), {
      '/captured': `
      <script>const resolveBefore = Promise.resolve.bind(Promise);</script>
      <script src="/timberlog.min.js"></script><script src="/flows.js"></script>`,
    });
    return flowPage.close;
  });

  test('is not seen outside: the context of code that uses a Promise.resolve captured before the SDK was loaded', async () => {
    const page = await engine().open(`${flowPage.server.url}/captured`);

    const seen = await page.evaluate(async () => {
      await timber.context({ flow: 'a' }, () => resolveBefore(tick()));
      const first = flow();
      await tick();
      return [String(first), String(flow())];
    });

    expect(seen).toEqual(['undefined', 'undefined']);
  });

  test('is not seen outside: the context of code that compares the constructor of the promise that it returns', async () => {
    const seen = await flowPage.inPage(async () => {
      await timber.context({ flow: 'a' }, async () => {
        const promise: object = tick();
        return promise.constructor === Object ? undefined : promise;
      });
      const first = flow();
      await tick();
      return [String(first), String(flow())];
    });

    expect(seen).toEqual(['undefined', 'undefined']);
  });

  test('is not seen outside: the context of code that compares the constructor of a promise that it resolves with', async () => {
    const seen = await flowPage.inPage(async () => {
      await timber.context({ flow: 'a' }, () => {
        const promise: object = tick();
        const given = promise.constructor === Object ? undefined : promise;
        return new Promise((resolve) => resolve(given));
      });
      const first = flow();
      await tick();
      return [String(first), String(flow())];
    });

    expect(seen).toEqual(['undefined', 'undefined']);
  });

  test('is not seen outside: the context of code that returns a promise of a subclass', async () => {
    const seen = await flowPage.inPage(async () => {
      class Deferred<T> extends Promise<T> {}
      const outside = timber.context({ flow: 'a' }, async () => new Deferred((resolve) => setTimeout(resolve, 1)));
      const flows: unknown[] = [];
      outside.then(() => flows.push(String(flow())));
      await Promise.all([outside]);
      flows.push(String(flow()));
      await timber.context({ flow: 'b' }, async () => {
        await outside;
        flows.push(flow());
      });
      await outside;
      return [...flows, String(flow())];
    });

    expect(seen).toEqual(['undefined', 'undefined', 'b', 'undefined']);
  });

  test('is not seen outside: the context of code that resolves with a promise of a subclass what outside waits for', async () => {
    const seen = await flowPage.inPage(async () => {
      class Deferred<T> extends Promise<T> {}
      let ready!: (value: unknown) => void;
      const whenReady = new Promise((resolve) => {
        ready = resolve;
      });
      const outside = (async () => {
        await whenReady;
        const first = String(flow());
        await tick();
        return [first, String(flow())];
      })();
      timber.context({ flow: 'a' }, () => setTimeout(() => ready(Deferred.resolve(1)), 1));
      return outside;
    });

    expect(seen).toEqual(['undefined', 'undefined']);
  });

  test.each([
    ['a promise whose constructor was read with it', 'Promise.resolve(1)', 'promise.constructor'],
    ['a promise of a subclass', 'new (class extends Promise {})((resolve) => resolve(1))', '0'],
  ])(
    'calls back once, in no context, and passes the result on: a then of %s that is called outside',
    async (_, made, read) => {
      const seen = await flowPage.page.evaluate(`(async () => {
      const seen = [];
      const promise = ${made};
      const readFirst = timber.context({ flow: 'a' }, () => (${read}, promise.then));
      let other;
      const whenOther = new Promise((resolve) => (other = resolve)).then(() => seen.push('other ' + flow()));
      const settle = (value) => {
        seen.push(value + ' ' + flow());
        other();
        return value + 1;
      };
      const results = [readFirst.call(promise, settle), readFirst.call(promise, settle.bind(null))];
      await tick();
      results.push(readFirst.call(promise, settle));
      seen.push(await Promise.all(results));
      await whenOther;
      return seen;
    })()`);

      expect(seen).toEqual(['1 undefined', '1 undefined', 'other undefined', '1 undefined', [2, 2, 2]]);
    },
  );
});
