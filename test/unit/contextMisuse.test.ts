// What is given to a context and is no fields, or no function: it is told, and harms nothing.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createContext, listenedContext } from './contextRig.js';

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

test.each([null, 5, 'fn'])('what is given to run and is no function (%j) is told, and throws nothing', (fn) => {
  const { context, told } = listenedContext();
  expect(context({ a: 1 }, fn as never)).toBeUndefined();
  expect(told).toEqual([{ kind: 'context', message: expect.stringContaining('it wants a function') }]);
});
