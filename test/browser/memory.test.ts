// What a context has held can be collected once the application has let go of it. Listeners: memoryListeners.test.ts.
import { beforeAll, expect, test } from 'vitest';
import { type MemoryPage, openMemoryPage, type Probe, type Things } from './keptThings.js';

let memoryPage: MemoryPage;
beforeAll(async () => {
  memoryPage = await openMemoryPage();
  return memoryPage.close;
});

test('a thing that is held is seen to be kept', async () => {
  const kept = await memoryPage.keptOf(() =>
    timber.context({ flow: 'a' }, () => {
      const { fields, zone } = here();
      keep(fields);
      return { fields, zone };
    }),
  );

  expect(kept).toEqual(['fields']);
});

test.each<[string, Probe]>([
  [
    'a context that has returned',
    () => {
      const given = { job: { id: 1 } };
      return timber.context(given, () => ({ given, ...here() }));
    },
  ],
  [
    'nested contexts of which one has thrown',
    () =>
      timber.context({ outer: 1 }, () => {
        const things: Things = { outerFields: here().fields, outerZone: here().zone };
        try {
          timber.context({ inner: 2 }, () => {
            Object.assign(things, here());
            throw new Error('inside');
          });
        } catch (error) {
          things.error = error as Error;
        }
        return things;
      }),
  ],
  [
    'a flow that has awaited and ended',
    () =>
      timber.context({ flow: 'a' }, async () => {
        const value = {};
        const promise = tick(value);
        await promise;
        const reason = await failure({}).catch((thrown: object) => thrown);
        return { value, promise, reason, ...here() };
      }),
  ],
  [
    'a flow that awaits a promise which is dropped unsettled',
    () => {
      const things: Things = {};
      timber.context({ flow: 'a' }, async () => {
        const local = {};
        const promise = new Promise(() => {});
        Object.assign(things, { promise, local, ...here() });
        await promise;
        keep(local);
      });
      return things;
    },
  ],
  [
    'callbacks of a promise that is dropped unsettled',
    () =>
      timber.context({ flow: 'a' }, () => {
        const promise = new Promise(() => {});
        const callback = () => {};
        const derived = promise.then(callback, callback).finally(callback);
        return { promise, callback, derived, ...here() };
      }),
  ],
  [
    'flows that have awaited a settled promise which stays',
    async () => {
      const shared = tick();
      keep(shared);
      await shared;
      return timber.context({ flow: 'a' }, async () => {
        await shared;
        await Promise.all([shared, shared.then(() => {})]);
        return here();
      });
    },
  ],
  [
    'a context whose promise stays',
    async () => {
      const things: Things = {};
      const result = timber.context({ flow: 'a' }, () => tick().then(() => void Object.assign(things, here())));
      keep(result);
      await result;
      return things;
    },
  ],
  [
    'a flow that has raced a promise which never settles',
    () => {
      const never = new Promise(() => {});
      keep(never);
      return timber.context({ flow: 'a' }, async () => {
        await Promise.race([never, tick()]);
        return here();
      });
    },
  ],
  [
    'an async generator that is dropped half way',
    async () => {
      const things: Things = {};
      const generator = timber.context({ flow: 'a' }, async function* () {
        const local = {};
        await tick();
        Object.assign(things, { local, ...here() });
        yield 1;
        keep(local);
      });
      await timber.context({ flow: 'b' }, () => generator.next());
      return { ...things, generator };
    },
  ],
  [
    'a bound callback that is dropped',
    () =>
      timber.context({ flow: 'a' }, () => {
        const callback = () => {};
        const bound = timber.context.bind(callback);
        bound();
        return { callback, bound, ...here() };
      }),
  ],
  [
    'timers that have fired or were cleared',
    () =>
      timber.context({ flow: 'a' }, async () => {
        const fired = () => {};
        const cleared = () => {};
        setTimeout(fired);
        clearTimeout(setTimeout(cleared, 60_000));
        clearInterval(setInterval(cleared, 60_000));
        cancelAnimationFrame(requestAnimationFrame(cleared));
        cancelIdleCallback(requestIdleCallback(cleared));
        await tick();
        await tick();
        return { fired, cleared, ...here() };
      }),
  ],
  [
    'observers that are dropped',
    () =>
      timber.context({ flow: 'a' }, () => {
        const callback = () => {};
        const element = document.createElement('div');
        const mutations = new MutationObserver(callback);
        mutations.observe(element, { attributes: true });
        const sizes = new ResizeObserver(callback);
        sizes.observe(element);
        return { callback, element, mutations, sizes, ...here() };
      }),
  ],
  [
    'an independent context that is dropped',
    () => {
      const own = timber.createContext();
      return { own, fields: own({ flow: 'a' }, () => own.get()) };
    },
  ],
  [
    'a using block that has ended',
    () => {
      const block = timber.context({ flow: 'a' });
      const things = { block, ...here() };
      block[Symbol.dispose]();
      return things;
    },
  ],
  [
    'using blocks that have ended out of order',
    () => {
      const outer = timber.context({ flow: 'a' });
      const { fields, zone } = here();
      const inner = timber.context({ flow: 'b' });
      const { fields: innerFields, zone: innerZone } = here();
      outer[Symbol.dispose]();
      inner[Symbol.dispose]();
      return { outer, inner, fields, zone, innerFields, innerZone };
    },
  ],
  [
    'a using block that was left open',
    async () => {
      timber.context({ flow: 'a' });
      const things = here();
      await tick();
      return things;
    },
  ],
  [
    'a context in which a logger that stays has logged',
    async () => {
      const logger = timber.createLogger({
        endpoint: '/logs',
        transport: { send: async () => {} },
        buffer: { persist: false },
      });
      keep(logger);
      const things = timber.context({ flow: 'a' }, () => {
        logger.info('logged');
        return here();
      });
      await logger.flush();
      return things;
    },
  ],
  [
    'the page in a frame that was removed',
    async () => {
      const frame = document.createElement('iframe');
      const loaded = new Promise((resolve) => {
        frame.onload = resolve;
      });
      frame.src = location.href;
      document.body.append(frame);
      await loaded;
      const { timber: inner, Function: realm } = frame.contentWindow as unknown as {
        timber: typeof timber;
        Function: object;
      };
      const fields = inner.context({ flow: 'a' }, () => inner.context.get());
      frame.remove();
      return { frame, realm, fields };
    },
  ],
])('keeps nothing of %s', async (_, probe) => {
  expect(await memoryPage.keptOf(probe)).toEqual([]);
});

// The 200th, 10,000th … context holds on to itself alone.
test.each([
  ['10,000 awaits', '(next) => (async () => { await settled; next(); })()', 10_000],
  ['10,000 then callbacks', '(next) => settled.then(next)', 10_000],
  ['10,000 tasks', '(next) => scheduler.postTask(next)', 10_000],
  ['200 timers', '(next) => setTimeout(next)', 200],
])('keeps nothing of contexts entered from within contexts, over %s', async (_, goOn, links) => {
  const kept = await memoryPage.keptOf(`() => {
    const settled = Promise.resolve();
    const things = {};
    const watchAt = [1, 2, ${links} / 2, ${links} - 1];
    return new Promise((resolve) => {
      const enter = (link) => timber.context({ link, ['link' + link % 100]: {} }, () => {
        if (watchAt.includes(link)) Object.assign(things, { ['zone ' + link]: here().zone, ['fields ' + link]: here().fields });
        if (link < ${links}) return (${goOn})(() => enter(link + 1));
        keep(timber.context.bind(Boolean)); // a closure of this code would hold things
        resolve(things);
      });
      enter(1);
    });
  }`);

  expect(kept).toEqual([]);
});
