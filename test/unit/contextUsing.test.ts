// A context for a synchronous block, and what ends one that is left open.
import { describe, expect, test } from 'vitest';
import { createContext, endOfTurn, listenedContext } from './contextRig.js';

// Node 20.0 has no Symbol.dispose yet.
const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

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
    outer[dispose]();
    expect(context.get()).toEqual({ job: 1, step: 1 });
    inner[dispose]();
    expect(context.get()).toEqual({});
  });

  test('that ends twice ends once', () => {
    const context = createContext();
    const block = context({ job: 1 });
    block[dispose]();
    const next = context({ job: 2 });
    block[dispose]();
    expect(context.get()).toEqual({ job: 2 });
    next[dispose]();
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
    block[dispose]();
    expect(context.get()).toEqual({ job: 2 });
    next[dispose]();
  });
});
