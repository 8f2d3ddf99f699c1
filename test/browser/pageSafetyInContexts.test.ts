// What code in a context can tell from a page without the SDK: all that is listed here, each with its reason, and
// nothing else that fixtures/safety observes.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { items } from './fixtures/safety/all.js';
import { openSafetyPages, type SafetyPages, sdk } from './safetyPages.js';

/** An await goes on two microtasks later: one calls the promise's `then`, one enters the context. */
const later = [
  'resolving with a promise, a subclass’s or a thenable takes as many turns',
  'generators and for await run in the page’s own order',
  'promises of subclasses and with a then or a constructor of their own settle in the page’s own order',
  'streams read, pull and write in the page’s own order',
  '60 random programs of promises run in the page’s own order',
  'rejections that nobody handles fire unhandledrejection once, in order',
  'rejections that are handled in time fire nothing',
  'rejections that are handled late fire rejectionhandled',
  'the methods of a stream’s source are read once, in their order, and called on it',
];
/** `promise.constructor` answers with a stand-in for Promise, which is how an await is known. */
const standIn = [
  'the constructor of a promise is Promise',
  'Promise is its prototype’s constructor, and resolve gives a promise back as it is',
  'a replaced constructor of Promise’s prototype is what promises have, and can be put back',
];
/** An await reads and calls `then`, as it does everywhere with what is not quite a Promise. */
const thenIsCalled = [
  'then is called as often as ever, by await and by the statics',
  'a getter put on Promise’s prototype with defineProperty is what promises have',
];
const differing = [...later, ...standIn, ...thenIsCalled];

describeInEngines('code in a context', (engine) => {
  let pages: SafetyPages;
  beforeAll(async () => {
    pages = await openSafetyPages(engine(), { without: '', with: sdk });
    return pages.close;
  });

  describe('as on a page without the SDK', () => {
    for (const title of [...items.keys()].filter((title) => !differing.includes(title))) {
      test(title, async ({ skip }) => {
        const without = await pages.observe('without', title);
        if (without.lacks) skip(`not applicable: ${without.lacks}`);

        expect(await pages.observe('with', title, true)).toEqual(without);
      });
    }
  });

  describe('not as on a page without the SDK', () => {
    for (const title of differing) {
      test(title, async () => {
        const without = await pages.observe('without', title);

        expect(await pages.observe('with', title, true)).not.toEqual(without);
      });
    }
  });

  /** What code gives in no context, and in one. */
  const outsideAndInside = async (code: string): Promise<unknown[]> => [
    await pages.evaluate('with', `(${code})()`),
    await pages.evaluate('with', `timber.context({ safety: true }, ${code})`),
  ];

  test('an await of a promise goes on in the third microtask instead of the first', async () => {
    const turns = `async () => {
      let turn = 0;
      const count = () => turn++ < 9 && Promise.resolve().then(count);
      Promise.resolve().then(count);
      await Promise.resolve();
      return turn;
    }`;

    expect(await outsideAndInside(turns)).toEqual([1, 3]);
  });

  test('an await of anything but a promise goes on as ever', async () => {
    const turns = `async () => {
      let turn = 0;
      const count = () => turn++ < 9 && Promise.resolve().then(count);
      Promise.resolve().then(count);
      await null;
      return turn;
    }`;

    expect(await outsideAndInside(turns)).toEqual([1, 1]);
  });

  test('callbacks of then run in the microtask that they always did', async () => {
    const turns = `() => new Promise((resolve) => {
      let turn = 0;
      const count = () => turn++ < 9 && Promise.resolve().then(count);
      Promise.resolve().then(count);
      Promise.resolve().then(() => {}).then(() => resolve(turn));
    })`;

    expect(await outsideAndInside(turns)).toEqual([2, 2]);
  });

  test('the constructor of a promise is a stand-in that does all that Promise does', async () => {
    const looks = `() => {
      const { constructor } = Promise.resolve();
      const made = new constructor((resolve) => resolve());
      return [
        constructor === Promise,
        constructor === Promise.resolve(1).constructor,
        constructor.name,
        String(constructor) === String(Promise),
        constructor.prototype === Promise.prototype,
        constructor[Symbol.species] === Promise,
        made instanceof Promise,
        made instanceof constructor,
        Object.getPrototypeOf(made) === Promise.prototype,
        constructor.resolve(made) === made,
        Promise.prototype.constructor === Promise,
      ];
    }`;
    const [outside, inside] = await outsideAndInside(looks);

    expect(outside).toEqual([true, true, 'Promise', ...Array(8).fill(true)]);
    expect(inside).toEqual([false, true, 'Promise', ...Array(8).fill(true)]);
  });

  test('the constructor of a subclass’s promise is that class', async () => {
    const looks = `() => {
      class Mine extends Promise {}
      return Mine.resolve().constructor === Mine;
    }`;

    expect(await outsideAndInside(looks)).toEqual([true, true]);
  });

  test('an await calls the then that a promise has of its own', async () => {
    const calls = `async () => {
      let calls = 0;
      const promise = Promise.resolve();
      promise.then = (...args) => {
        calls++;
        return Promise.prototype.then.apply(promise, args);
      };
      await promise;
      return calls;
    }`;

    expect(await outsideAndInside(calls)).toEqual([0, 1]);
  });

  test('the then of a subclass’s promise is another, where it is the first of its class to be looked at', async () => {
    const looks = `() => {
      class Mine extends Promise {}
      const promise = new Mine(() => {});
      return [promise.then === Promise.prototype.then, promise.then === Promise.prototype.then];
    }`;

    expect(await outsideAndInside(looks)).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  test('an await adopts what became a thenable after its promise was fulfilled with it', async () => {
    const adopted = `async () => {
      const value = {};
      const promise = Promise.resolve(value);
      value.then = (resolve) => resolve('adopted');
      const awaited = await promise;
      return awaited === value ? 'as it is' : awaited;
    }`;

    expect(await outsideAndInside(adopted)).toEqual(['as it is', 'adopted']);
  });

  test('unhandledrejection fires for the same rejections as outside, if later for what was awaited', async () => {
    const title = 'rejections that nobody handles fire unhandledrejection once, in order';
    const outside = await pages.observe('with', title);
    const inside = await pages.observe('with', title, true);

    const sorted = ({ saw }: { saw?: unknown }) => (saw as unknown[]).map((event) => JSON.stringify(event)).sort();
    expect(sorted(inside)).toEqual(sorted(outside));
  });

  test('rejectionhandled fires for the same rejections as outside', async () => {
    const title = 'rejections that are handled late fire rejectionhandled';
    const outside = await pages.observe('with', title);
    const inside = await pages.observe('with', title, true);

    const sorted = ({ saw }: { saw?: unknown }) => (saw as unknown[]).map((event) => JSON.stringify(event)).sort();
    expect(sorted(inside)).toEqual(sorted(outside));
  });
});
