// The public context, over a scope that keeps what is current in synchronous code.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createContextOver, internalsOf } from '../../src/core/context.js';
import type { Frame } from '../../src/core/frame.js';
import { copyFields } from '../../src/core/frame.js';
import type { Context } from '../../src/core/types.js';
import { createAlsScope, createSynchronousStorage } from '../../src/workers/alsScope.js';

const createContext = (): Context =>
  createContextOver(createAlsScope(createSynchronousStorage<Frame>()), queueMicrotask);

/** A context, and the troubles that a logger of it hears of. */
function listenedContext() {
  const context = createContext();
  const told: { kind: string; message: string }[] = [];
  internalsOf(context)!.reporters.add((kind, message) => void told.push({ kind, message }));
  return { context, told };
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the callback form', () => {
  test('carries fields inside', () => {
    const context = createContext();
    expect(context({ job: { id: 123 } }, () => context.get())).toEqual({ job: { id: 123 } });
  });

  test('merges over the context around it', () => {
    const context = createContext();
    const inner = () => context({ job: { count: 2 } }, () => context.get());
    expect(context({ job: { id: 123, count: 1 } }, inner)).toEqual({ job: { id: 123, count: 2 } });
  });

  test('leaves the context around it as it was', () => {
    const context = createContext();
    context({ job: { id: 123, count: 1 } }, () => {
      context({ job: { count: 2 } }, () => {});
      expect(context.get()).toEqual({ job: { id: 123, count: 1 } });
    });
  });

  test('leaves the context as it was when the block throws', () => {
    const context = createContext();
    const failing = () =>
      context({ job: 1 }, () => {
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(context.get()).toEqual({});
  });

  test('leaves the context as it was when the block rejects', async () => {
    const context = createContext();
    await expect(context({ job: 1 }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(context.get()).toEqual({});
  });

  test('throws what the block throws, unchanged', () => {
    const error = { not: 'an Error' };
    const failing = () =>
      createContext()({}, () => {
        throw error;
      });
    expect(failing).toThrow(expect.objectContaining(error));
  });

  test('returns what the block returns, a promise too, unchanged', () => {
    const promise = Promise.resolve(1);
    expect(createContext()({}, () => promise)).toBe(promise);
  });

  test('copies fields when they are given: changing them later changes nothing', () => {
    const context = createContext();
    const fields = { job: { id: 1, tags: ['a'] } };
    context(fields, () => {
      fields.job.id = 2;
      fields.job.tags.push('b');
      expect(context.get()).toEqual({ job: { id: 1, tags: ['a'] } });
    });
  });

  test('reads fields once, whoever asks how often', () => {
    const context = createContext();
    const toJSON = vi.fn(() => ({ id: 1 }));
    context({ job: { toJSON } }, () => context({ a: 1 }, () => [context.get(), context.get()]));
    expect(toJSON).toHaveBeenCalledTimes(1);
  });
});

describe('set', () => {
  test('gives fields to code in no scope', () => {
    const context = createContext();
    context.set({ user: { id: 1 } });
    expect(context.get()).toEqual({ user: { id: 1 } });
  });

  test('lies under scopes', () => {
    const context = createContext();
    context({ user: { id: 2 } }, () => {
      context.set({ user: { id: 1, name: 'Ada' } });
      expect(context.get()).toEqual({ user: { id: 2, name: 'Ada' } });
    });
  });

  test('outlives the scope it was called in', () => {
    const context = createContext();
    context({ job: 1 }, () => context.set({ user: { id: 1 } }));
    expect(context.get()).toEqual({ user: { id: 1 } });
  });

  test('to undefined removes', () => {
    const context = createContext();
    context.set({ user: { id: 1 }, a: 1 });
    context.set({ user: undefined });
    expect(context.get()).toEqual({ a: 1 });
  });

  test('copies what it is given', () => {
    const context = createContext();
    const fields = { user: { id: 1 } };
    context.set(fields);
    fields.user.id = 2;
    expect(context.get()).toEqual({ user: { id: 1 } });
  });
});

test('a scope that removes and then gives a user lets nothing of the base shine through', () => {
  const context = createContext();
  context.set({ user: { id: 1, name: 'Ada' } });
  const inner = () => context({ user: { id: 2 } }, () => context.get());
  expect(context({ user: undefined }, inner)).toEqual({ user: { id: 2 } });
});

test('get is frozen', () => {
  const context = createContext();
  expect(Object.isFrozen(context({ job: { id: 1 } }, () => context.get()).job)).toBe(true);
});

test('two contexts know nothing of each other', () => {
  const [one, other] = [createContext(), createContext()];
  one.set({ a: 1 });
  expect(one({ b: 2 }, () => other.get())).toEqual({});
});

describe('bind', () => {
  test('runs fn in the context that was current', () => {
    const context = createContext();
    const bound = context({ job: 1 }, () => context.bind(() => context.get()));
    expect(context({ other: 2 }, bound)).toEqual({ job: 1 });
  });

  test('binds to no context where there was none', () => {
    const context = createContext();
    const bound = context.bind(() => context.get());
    expect(context({ job: 1 }, bound)).toEqual({});
  });

  test('keeps this, arguments and result', () => {
    const object = {
      factor: 2,
      times: createContext().bind(function (this: { factor: number }, ...numbers: number[]) {
        return numbers.map((number) => number * this.factor);
      }),
    };
    expect(object.times(1, 2)).toEqual([2, 4]);
  });

  test('sees what set changed since', () => {
    const context = createContext();
    const bound = context({ job: 1 }, () => context.bind(() => context.get()));
    context.set({ user: 2 });
    expect(bound()).toEqual({ job: 1, user: 2 });
  });
});

describe('a using block', () => {
  test('carries fields until it ends', () => {
    const context = createContext();
    {
      using _ = context({ job: 1 });
      expect(context.get()).toEqual({ job: 1 });
    }
    expect(context.get()).toEqual({});
  });

  test('merges over the block around it, and gives that back', () => {
    const context = createContext();
    using _ = context({ job: { id: 1, count: 1 } });
    {
      using _ = context({ job: { count: 2 } });
      expect(context.get()).toEqual({ job: { id: 1, count: 2 } });
    }
    expect(context.get()).toEqual({ job: { id: 1, count: 1 } });
  });

  test('ends when its block throws', () => {
    const context = createContext();
    const failing = () => {
      using _ = context({ job: 1 });
      throw new Error('no');
    };
    expect(failing).toThrow('no');
    expect(context.get()).toEqual({});
  });

  test('inside a callback ends with its block', () => {
    const context = createContext();
    context({ job: 1 }, () => {
      {
        using _ = context({ step: 1 });
      }
      expect(context.get()).toEqual({ job: 1 });
    });
  });

  test('around a callback is seen inside it', () => {
    const context = createContext();
    using _ = context({ job: 1 });
    expect(context({ step: 1 }, () => context.get())).toEqual({ job: 1, step: 1 });
  });

  test('that ends out of order restores nothing that is not its own', () => {
    const context = createContext();
    const outer = context({ job: 1 });
    const inner = context({ step: 1 });
    outer[Symbol.dispose]();
    expect(context.get()).toEqual({ job: 1, step: 1 });
    inner[Symbol.dispose]();
    expect(context.get()).toEqual({});
  });

  test('that ends twice ends once', () => {
    const context = createContext();
    const block = context({ job: 1 });
    block[Symbol.dispose]();
    const next = context({ job: 2 });
    block[Symbol.dispose]();
    expect(context.get()).toEqual({ job: 2 });
    next[Symbol.dispose]();
  });

  test('that ended in its turn is no trouble', async () => {
    const { context, told } = listenedContext();
    {
      using _ = context({ job: 1 });
    }
    await endOfTurn();
    expect(told).toEqual([]);
  });

  test('still open at the end of its turn is closed there', async () => {
    const { context } = listenedContext();
    context({ job: 1 });
    await endOfTurn();
    expect(context.get()).toEqual({});
  });

  test('still open at the end of its turn is told as trouble', async () => {
    const { context, told } = listenedContext();
    context({ job: 1 });
    await endOfTurn();
    expect(told).toEqual([{ kind: 'using', message: expect.stringContaining('still open at the end of its turn') }]);
  });

  test('held across an await does not reach what comes after it', async () => {
    const { context } = listenedContext();
    using _ = context({ job: 1 });
    await endOfTurn();
    expect(context.get()).toEqual({});
  });

  test('that was closed at the end of its turn ends later without harm', async () => {
    const { context } = listenedContext();
    const block = context({ job: 1 });
    await endOfTurn();
    const next = context({ job: 2 });
    block[Symbol.dispose]();
    expect(context.get()).toEqual({ job: 2 });
    next[Symbol.dispose]();
  });
});

describe('what cannot be fields', () => {
  function revoked(): object {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  }

  const wrong: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a text', 'job'],
    ['a number', 1],
    ['an array', [1]],
    ['a Map', new Map()],
    ['a Date', new Date(0)],
    ['a revoked Proxy', revoked()],
  ];

  test.each(wrong)('%s: the block runs all the same', (_, fields) => {
    const { context } = listenedContext();
    expect(context(fields as any, () => 'result')).toBe('result');
  });

  test.each(wrong)('%s gives no fields', (_, fields) => {
    const { context } = listenedContext();
    expect(context({ job: 1 }, () => context(fields as any, () => context.get()))).toEqual({ job: 1 });
  });

  test.each(wrong)('%s is told as trouble', (_, fields) => {
    const { context, told } = listenedContext();
    context.set(fields as any);
    expect(told).toEqual([{ kind: 'context', message: expect.stringMatching(/was given .* wants a plain object/) }]);
  });

  test('is told on the console, once, where no logger listens', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const context = createContext();
    for (let i = 0; i < 3; i++) context.set('job' as any);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('was given a string')]]);
  });

  test('a console that throws is not noticed', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {
      throw new Error('no');
    });
    onTestFinished(() => warn.mockRestore());
    expect(() => createContext().set('job' as any)).not.toThrow();
  });
});

describe('an invocation with a base of its own', () => {
  test('starts with what the base around it has, laid over facts', () => {
    const context = createContext();
    context.set({ user: { id: 1 }, http: { path: '/base' } });
    const facts = copyFields({ http: { path: '/fact', method: 'GET' } });
    const seen = internalsOf(context)!.runOverOwnBase(facts, () => context.get());
    expect(seen).toEqual({ user: { id: 1 }, http: { path: '/base', method: 'GET' } });
  });

  test('keeps what it sets to itself', () => {
    const context = createContext();
    internalsOf(context)!.runOverOwnBase(copyFields({}), () => context.set({ user: { id: 1 } }));
    expect(context.get()).toEqual({});
  });

  test('carries what it sets to all its later code', () => {
    const context = createContext();
    const seen = internalsOf(context)!.runOverOwnBase(copyFields({}), () => {
      context({ job: 1 }, () => context.set({ user: { id: 1 } }));
      return context.get();
    });
    expect(seen).toEqual({ user: { id: 1 } });
  });
});

test('what is no context has no internals', () => {
  expect([undefined, null, {}, () => {}].map(internalsOf)).toEqual([undefined, undefined, undefined, undefined]);
});

test.each([null, 5, 'fn'])('what is given to run and is no function (%j) is told, and throws nothing', (fn) => {
  const { context, told } = listenedContext();
  expect(context({ a: 1 }, fn as never)).toBeUndefined();
  expect(told).toEqual([{ kind: 'context', message: expect.stringContaining('it wants a function') }]);
});
