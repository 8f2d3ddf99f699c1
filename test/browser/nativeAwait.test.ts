// A context over native `await` and promises, with no build step.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

describeInEngines('native await', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine());
    return flowPage.close;
  });

  test('keeps a context across an await of a pending promise', async () => {
    const seen = await flowPage.inFlow(async () => {
      await tick();
      return flow();
    });

    expect(seen).toBe('a');
  });

  test('keeps a context across an await of a settled promise', async () => {
    const seen = await flowPage.inFlow(async () => {
      await Promise.resolve();
      return flow();
    });

    expect(seen).toBe('a');
  });

  test('keeps a context across every await of a loop', async () => {
    const seen = await flowPage.inFlow(async () => {
      const flows: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        await (i === 1 ? Promise.resolve() : tick());
        flows.push(flow());
      }
      return flows;
    });

    expect(seen).toEqual(['a', 'a', 'a']);
  });

  test('keeps a context in catch and finally after a rejection', async () => {
    const seen = await flowPage.inFlow(async () => {
      const flows: unknown[] = [];
      try {
        await failure('no');
      } catch (reason) {
        flows.push(reason, flow());
        await tick();
      } finally {
        await tick();
        flows.push(flow());
      }
      return flows;
    });

    expect(seen).toEqual(['no', 'a', 'a']);
  });

  test('keeps a context through nested async functions', async () => {
    const seen = await flowPage.inFlow(async () => {
      const flows: unknown[] = [];
      async function descend(depth: number): Promise<void> {
        if (depth > 0) await descend(depth - 1);
        flows.push(flow());
        await tick();
        flows.push(flow());
      }
      await descend(2);
      return [...flows, flow()];
    });

    expect(seen).toEqual(['a', 'a', 'a', 'a', 'a', 'a', 'a']);
  });

  test('keeps a context in the body of for await and in the async generator it reads', async () => {
    const seen = await flowPage.inFlow(async () => {
      const flows: unknown[] = [];
      async function* numbers() {
        yield tick(1);
        flows.push(flow());
        await tick();
        flows.push(flow());
        yield* [tick(2)];
      }
      for await (const number of numbers()) flows.push(number, flow());
      return [...flows, flow()];
    });

    expect(seen).toEqual([1, 'a', 'a', 'a', 2, 'a', 'a']);
  });

  test('keeps a context in for await over an array of promises', async () => {
    const seen = await flowPage.inFlow(async () => {
      const flows: unknown[] = [];
      for await (const _ of [tick(), Promise.resolve(), tick()]) flows.push(flow());
      return [...flows, flow()];
    });

    expect(seen).toEqual(['a', 'a', 'a', 'a']);
  });

  test.each([
    ['Promise.all', 'Promise.all([tick(), Promise.resolve(), 1])'],
    ['Promise.race', 'Promise.race([tick(), tick()])'],
    ['Promise.any', 'Promise.any([failure(), tick()])'],
    ['Promise.allSettled', 'Promise.allSettled([failure(), tick()])'],
    ['Promise.try', 'Promise.try(() => tick())'],
    ['Promise.reject', 'Promise.reject().catch(() => {})'],
    ['Array.fromAsync', 'Array.fromAsync([tick()])'],
    ['then', 'tick().then(() => {})'],
    ['an async function', '(async () => tick())()'],
    ['a promise resolved with a promise', 'new Promise((resolve) => resolve(tick()))'],
    ['import()', 'import("data:text/javascript,")'],
    ['fetch', 'fetch("/answer.json")'],
    ['a body reader', 'new Response("text").text()'],
    ['a stream reader', 'new Blob(["text"]).stream().getReader().read()'],
    ['WebCrypto', 'crypto.subtle.digest("SHA-256", new Uint8Array(1))'],
    ['a Web Lock', 'navigator.locks.request("lock", async () => {})'],
  ])('keeps a context across an await of what %s returns', async (_, expression) => {
    const seen = await flowPage.page.evaluate(`timber.context({ flow: 'a' }, async () => {
    await ${expression};
    return flow();
  })`);

    expect(seen).toBe('a');
  });

  test('keeps a context across fetch and each reading of its body', async () => {
    const seen = await flowPage.inFlow(async () => {
      const response = await fetch('/answer.json');
      const first = flow();
      const copy = response.clone();
      const { answer } = await response.json();
      const second = flow();
      const reader = copy.body!.getReader();
      while (!(await reader.read()).done) if (flow() !== 'a') return 'lost in the body';
      return [first, answer, second, flow()];
    });

    expect(seen).toEqual(['a', 42, 'a', 'a']);
  });

  test('keeps the contexts of async functions started by the iterable that Promise.all reads', async () => {
    const seen = await flowPage.inFlow(async () => {
      const read = async () => {
        await tick();
        return flow();
      };
      function* reads() {
        yield read();
        yield timber.context({ flow: 'b' }, read);
      }
      return [...(await Promise.all(reads())), flow()];
    });

    expect(seen).toEqual(['a', 'b', 'a']);
  });

  test('keeps a context in what a finally callback awaits, and after it', async () => {
    const seen = await flowPage.inFlow(async () => {
      const flows: unknown[] = [];
      const value = await tick('value').finally(async () => {
        await tick();
        flows.push(flow());
      });
      return [value, ...flows, flow()];
    });

    expect(seen).toEqual(['value', 'a', 'a']);
  });

  test('lets code in a context read constructor and then of a promise, and use them', async () => {
    const seen = await flowPage.inFlow(async () => {
      const promise = tick('value');
      const Constructor: any = promise.constructor;
      const derived = promise.then((value) => [value, flow()]);
      const made = await new Constructor((resolve: (value: string) => void) => resolve('made'));
      const same = Constructor.resolve(promise) === promise;
      return [...(await derived), made, derived instanceof Constructor, Constructor.name, same, flow()];
    });

    expect(seen).toEqual(['value', 'a', 'made', true, 'Promise', true, 'a']);
  });

  test('keeps a context across an await of a promise of a subclass, and after one that rejects', async () => {
    const seen = await flowPage.inFlow(async () => {
      class Deferred<T> extends Promise<T> {}
      await new Deferred((resolve) => setTimeout(resolve, 1));
      const flows = [flow()];
      await Deferred.resolve().then(() => flows.push(flow()));
      try {
        await Deferred.reject('no');
      } catch (reason) {
        flows.push(reason, flow());
      }
      return flows;
    });

    expect(seen).toEqual(['a', 'a', 'no', 'a']);
  });

  test('calls the constructor of a subclass as often as the engine does', async () => {
    const made = await flowPage.inPage(async () => {
      const countIn = async (run: (fn: () => Promise<void>) => Promise<void>) => {
        let count = 0;
        class Counted<T> extends Promise<T> {
          constructor(executor: ConstructorParameters<typeof Promise<T>>[0]) {
            super(executor);
            count++;
          }
        }
        await run(async () => void (await new Counted((resolve) => resolve(1))));
        return count;
      };
      return [await countIn((fn) => fn()), await countIn((fn) => timber.context({ flow: 'a' }, fn))];
    });

    expect(made).toEqual([2, 2]);
  });
});
