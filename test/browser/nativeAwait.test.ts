// A context over native `await` and promises, with no build step. The probes run as they stand here, in the page.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { type PageServer, startPageServer } from '../support/pageServer.js';

let browser: TestBrowser;
let server: PageServer;
let page: TestPage;
beforeAll(async () => {
  browser = await launchBrowser();
  server = await startPageServer({
    folder: new URL('fixtures/tracking', import.meta.url),
    routes: {
      '/': '<script src="/timberlog.min.js"></script><script src="/flows.js"></script>',
      '/answer.json': '{"answer":42}',
    },
  });
  page = await openPage(browser, server.url);
  return async () => {
    await browser.close();
    await server.close();
  };
});

/** What probe resolves with in the page, run in the context `{ flow: 'a' }`. */
const inFlow = <T>(probe: () => Promise<T>): Promise<T> =>
  page.evaluate(`timber.context({ flow: 'a' }, ${probe})`) as Promise<T>;

const outside = <T>(probe: () => Promise<T>): Promise<T> => page.evaluate(`(${probe})()`) as Promise<T>;

test('keeps a context across an await of a pending promise', async () => {
  const seen = await inFlow(async () => {
    await tick();
    return flow();
  });

  expect(seen).toBe('a');
});

test('keeps a context across an await of a settled promise', async () => {
  const seen = await inFlow(async () => {
    await Promise.resolve();
    return flow();
  });

  expect(seen).toBe('a');
});

test('keeps a context across every await of a loop', async () => {
  const seen = await inFlow(async () => {
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
  const seen = await inFlow(async () => {
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
  const seen = await inFlow(async () => {
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
  const seen = await inFlow(async () => {
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
  const seen = await inFlow(async () => {
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
  ['scheduler.yield', 'scheduler.yield()'],
  ['a Web Lock', 'navigator.locks.request("lock", async () => {})'],
])('keeps a context across an await of what %s returns', async (_, expression) => {
  const seen = await page.evaluate(`timber.context({ flow: 'a' }, async () => {
    await ${expression};
    return flow();
  })`);

  expect(seen).toBe('a');
});

test('keeps a context across fetch and each reading of its body', async () => {
  const seen = await inFlow(async () => {
    const response = await fetch('/answer.json');
    const first = flow();
    const copy = response.clone();
    const { answer } = await response.json();
    const second = flow();
    for await (const _ of copy.body as any) if (flow() !== 'a') return 'lost in the body';
    return [first, answer, second, flow()];
  });

  expect(seen).toEqual(['a', 42, 'a', 'a']);
});

test('keeps the contexts of async functions started by the iterable that Promise.all reads', async () => {
  const seen = await inFlow(async () => {
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

test('runs then, catch and finally callbacks in the context in which they were added', async () => {
  const seen = await outside(async () => {
    const flows: unknown[] = [];
    const shared = tick();
    const see = () => void flows.push(flow());
    await Promise.all([
      timber.context({ flow: 'a' }, () => shared.then(see)),
      timber.context({ flow: 'b' }, () => shared.finally(see)),
      timber.context({ flow: 'c' }, () => failure().catch(see)),
      shared.then(see),
    ]);
    return flows.map(String).sort();
  });

  expect(seen).toEqual(['a', 'b', 'c', 'undefined']);
});

test('keeps a context in what a finally callback awaits, and after it', async () => {
  const seen = await inFlow(async () => {
    const flows: unknown[] = [];
    const value = await tick('value').finally(async () => {
      await tick();
      flows.push(flow());
    });
    return [value, ...flows, flow()];
  });

  expect(seen).toEqual(['value', 'a', 'a']);
});

test('gives each of two flows that await one promise its own context', async () => {
  const seen = await outside(async () => {
    const shared = tick();
    const read = async () => {
      await shared;
      return flow();
    };
    return Promise.all([timber.context({ flow: 'a' }, read), timber.context({ flow: 'b' }, read), read()]);
  });

  expect(seen).toEqual(['a', 'b', undefined]);
});

test.each([
  ['Promise.resolve', 'Promise.resolve(pending)'],
  ['Promise.all', 'Promise.all([pending])'],
  ['Promise.try', 'Promise.try(() => pending)'],
  ['Promise.try of a stranger', 'pending.constructor.try(() => pending)'],
  ['then', 'pending.then(() => {})'],
  ['finally', 'pending.finally(() => {})'],
  ['finally with a promise', 'pending.finally(() => tick())'],
  ['an async function', '(async () => { await pending; })()'],
  ['an async function that returns it', '(async () => pending)()'],
  ['a resolve function', 'new Promise((resolve) => resolve(pending))'],
])('shows no context to code outside that awaits what %s made in one', async (_, expression) => {
  const seen = await page.evaluate(`(async () => {
    const pending = tick();
    const made = timber.context({ flow: 'a' }, () => ${expression});
    const awaiting = async () => {
      await made;
      return String(flow());
    };
    return Promise.all([awaiting(), awaiting(), made.then(() => String(flow()))]);
  })()`);

  expect(seen).toEqual(['undefined', 'undefined', 'undefined']);
});

test('restores the outer context after an inner one that awaited and threw', async () => {
  const seen = await inFlow(async () => {
    const reason = await timber
      .context({ flow: 'b' }, async () => {
        await tick();
        throw flow();
      })
      .catch((thrown: unknown) => thrown);
    return [reason, flow()];
  });

  expect(seen).toEqual(['b', 'a']);
});

test('keeps a context that was entered between two awaits', async () => {
  const seen = await outside(async () => {
    await tick();
    const inner = timber.context({ flow: 'a' }, async () => {
      await tick();
      return flow();
    });
    const between = String(flow());
    return [between, await inner, String(flow())];
  });

  expect(seen).toEqual(['undefined', 'a', 'undefined']);
});

test('keeps the async callers on the stack of an error thrown in a context', async () => {
  const stack = await inFlow(async () => {
    async function inner() {
      await tick();
      throw new Error('deep');
    }
    async function outer() {
      await inner();
    }
    return outer().catch((error: Error) => error.stack);
  });

  expect(stack).toMatch(/at inner .*\n\s+at async outer /);
});

test('lets code in a context read constructor and then of a promise, and use them', async () => {
  const seen = await inFlow(async () => {
    const promise = tick('value');
    const Constructor: any = promise.constructor;
    const derived = promise.then((value) => [value, flow()]);
    const made = await new Constructor((resolve: (value: string) => void) => resolve('made'));
    const same = Constructor.resolve(promise) === promise;
    return [...(await derived), made, derived instanceof Constructor, Constructor.name, same, flow()];
  });

  expect(seen).toEqual(['value', 'a', 'made', true, 'Promise', true, 'a']);
});

test.each([
  ['a value that is no promise', '1'],
  ['a thenable that is no promise', '{ then(resolve) { setTimeout(resolve) } }'],
  ['a promise of a subclass', 'new (class extends Promise {})((resolve) => setTimeout(resolve))'],
  ['a promise with a constructor of its own', 'Object.assign(tick(), { constructor: class extends Promise {} })'],
])('has no context after an await of %s, and none of another, until the next callback', async (_, expression) => {
  const seen = await page.evaluate(`(async () => {
    const other = timber.context({ flow: 'b' }, async () => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
    });
    const flows = [];
    await timber.context({ flow: 'a' }, async () => {
      const callback = flowOf((callback) => setTimeout(callback, 1));
      await ${expression};
      flows.push(String(flow()), await callback);
    });
    await other;
    return flows;
  })()`);

  expect(seen).toEqual(['undefined', 'a']);
});
