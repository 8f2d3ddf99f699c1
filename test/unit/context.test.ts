// The public context, over a scope that keeps what is current in synchronous code.
import { describe, expect, test, vi } from 'vitest';
import { copyFields } from '../../src/core/frame.js';
import { createContext, sharedOf } from './contextRig.js';

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

test('get is frozen at every depth', () => {
  const context = createContext();
  context.set({ job: { name: 'import' } });
  const fields: any = context({ job: { id: 1, steps: [{ of: 2 }] } }, () => context.get());
  const parts = [fields, fields.job, fields.job.steps, fields.job.steps[0]];
  expect(parts.map(Object.isFrozen)).toEqual([true, true, true, true]);
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

describe('an invocation with a base of its own', () => {
  test('starts with what the base around it has, laid over facts', () => {
    const context = createContext();
    context.set({ user: { id: 1 }, http: { path: '/base' } });
    const facts = copyFields({ http: { path: '/fact', method: 'GET' } });
    const seen = sharedOf(context).runOverOwnBase(facts, () => context.get());
    expect(seen).toEqual({ user: { id: 1 }, http: { path: '/base', method: 'GET' } });
  });

  test('keeps what it sets to itself', () => {
    const context = createContext();
    sharedOf(context).runOverOwnBase(copyFields({}), () => context.set({ user: { id: 1 } }));
    expect(context.get()).toEqual({});
  });

  test('carries what it sets to all its later code', () => {
    const context = createContext();
    const seen = sharedOf(context).runOverOwnBase(copyFields({}), () => {
      context({ job: 1 }, () => context.set({ user: { id: 1 } }));
      return context.get();
    });
    expect(seen).toEqual({ user: { id: 1 } });
  });
});
