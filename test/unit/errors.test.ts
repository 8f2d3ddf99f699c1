// The encoded form of an Error.
import { describe, expect, test } from 'vitest';
import { jsonBytes } from '../../src/core/bytes.js';
import { encodeError, isError, messageOf } from '../../src/core/errors.js';

/** An Error with a stack as given. */
function withStack(stack: unknown, message = 'no'): Error {
  const error = new Error(message);
  Object.defineProperty(error, 'stack', { value: stack });
  return error;
}

function chain(causes: number): Error {
  return new Error(`cause ${causes}`, causes > 0 ? { cause: chain(causes - 1) } : {});
}

const v8Frame = (name: string, line: number) => `    at ${name} (https://shop.example/app.js:${line}:7)`;

test('an Error has its name, its message and a backtrace', () => {
  expect(encodeError(new TypeError('no'))).toEqual({
    name: 'TypeError',
    message: 'no',
    backtrace: expect.arrayContaining([
      expect.objectContaining({ file: expect.stringContaining('errors.test.ts'), line: expect.any(Number) }),
    ]),
  });
});

test.each([
  ['V8', `Error: no\n${v8Frame('pay', 3)}`],
  ['SpiderMonkey', 'pay@https://shop.example/app.js:3:7\n'],
  ['JavaScriptCore', 'pay@https://shop.example/app.js:3:7'],
])('a stack of %s becomes file, function, line and column', (_, stack) => {
  expect(encodeError(withStack(stack)).backtrace).toEqual([
    { file: 'https://shop.example/app.js', function: 'pay', line: 3, column: 7 },
  ]);
});

test('a backtrace has the innermost 20 frames', () => {
  const frames = Array.from({ length: 50 }, (_, i) => v8Frame(`f${i}`, i + 1));
  const { backtrace } = encodeError(withStack(`Error: no\n${frames.join('\n')}`)) as {
    backtrace: { function: string }[];
  };
  expect(backtrace.map((frame) => frame.function)).toEqual(Array.from({ length: 20 }, (_, i) => `f${i}`));
});

test('lines of a message are not taken for frames', () => {
  const message = `no\n${v8Frame('forged', 1)}`;
  const { backtrace } = encodeError(withStack(`Error: ${message}\n${v8Frame('pay', 3)}`, message));
  expect(backtrace).toMatchObject([{ function: 'pay' }]);
});

test('lines of a message are not taken for frames where the name was changed after construction', () => {
  const message = `no\n${v8Frame('forged', 1)}`;
  const error = withStack(`Error: ${message}\n${v8Frame('pay', 3)}`, message);
  error.name = 'PaymentError';
  expect(encodeError(error).backtrace).toMatchObject([{ function: 'pay' }]);
});

test('a message of 10 MB leaves the backtrace whole', () => {
  const { backtrace } = encodeError(new Error('x'.repeat(10_000_000))) as { backtrace: object[] };
  expect(backtrace[0]).toMatchObject({ file: expect.stringContaining('errors.test.ts') });
});

test('a frame with a long URL loses the middle of it, and keeps its position', () => {
  const stack = `Error: no\n    at pay (data:text/javascript;base64,${'x'.repeat(100_000)}:3:7)`;
  expect(encodeError(withStack(stack)).backtrace).toEqual([
    { file: expect.stringMatching(/^data:.*x…x/), function: 'pay', line: 3, column: 7 },
  ]);
});

test('a hostile stack is parsed in no time to speak of', () => {
  const stack = `Error: no\n    at ${'('.repeat(200_000)}\n${'@'.repeat(200_000)}`;
  const error = withStack(stack);
  const startedAt = performance.now();
  encodeError(error);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

describe('causes', () => {
  test('follow each other', () => {
    expect(encodeError(chain(2))).toMatchObject({
      message: 'cause 2',
      cause: { message: 'cause 1', cause: { message: 'cause 0' } },
    });
  });

  test('end after five', () => {
    const causes = (error: any): number => (error.cause ? 1 + causes(error.cause) : 0);
    expect(causes(encodeError(chain(50)))).toBe(5);
  });

  test('that are the Error itself end the chain', () => {
    const error = new Error('no');
    error.cause = error;
    expect(encodeError(error)).not.toHaveProperty('cause');
  });

  test('that form a cycle end the chain', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    expect(encodeError(first)).not.toHaveProperty('cause.cause');
  });

  test.each([
    ['a text', 'timeout', 'timeout'],
    ['a number', 7, '7'],
    ['null', null, 'null'],
    ['a symbol', Symbol('a'), 'Symbol(a)'],
    ['an object', { code: 5 }, '{"code":5}'],
    ['what cannot be text', cyclic(), '[unreadable]'],
  ])('may be %s', (_, cause, message) => {
    expect(encodeError(new Error('no', { cause })).cause).toEqual({ message });
  });

  test('may be a revoked Proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(encodeError(new Error('no', { cause: proxy })).cause).toEqual({ message: '[unreadable]' });
  });
});

test.each(['name', 'message', 'stack', 'cause'])('a %s that throws leaves the rest readable', (property) => {
  const error = Object.defineProperty(new Error('no'), property, {
    get() {
      throw new Error('hidden');
    },
  });
  expect(encodeError(error)).toMatchObject({ name: expect.any(String), message: expect.any(String) });
});

test.each([
  ['missing', undefined],
  ['an array', [1]],
  ['a number', 1],
  ['empty', ''],
  ['no more than the name', 'Error'],
  ['some text', 'so it went\nand ended'],
])('a stack that is %s gives no backtrace', (_, stack) => {
  expect(encodeError(withStack(stack))).toEqual({ name: 'Error', message: 'no' });
});

test('an Error with an empty name is called Error', () => {
  expect(encodeError(Object.assign(new Error('no'), { name: '' })).name).toBe('Error');
});

test('a long message is cut and marked', () => {
  expect(encodeError(new Error('x'.repeat(10_000))).message).toMatch(/…\[cut: 10000 characters\]$/);
});

test('a message takes at most 2,048 bytes inside an Error', () => {
  expect(jsonBytes(encodeError(new Error('\u0001支'.repeat(10_000))).message as string)).toBeLessThanOrEqual(2_048);
});

test('the message can be had alone, whole', () => {
  expect(messageOf(new Error('x'.repeat(10_000)))).toHaveLength(10_000);
});

test('an Error of another realm is an Error', async () => {
  const { runInNewContext } = await import('node:vm');
  expect(isError(runInNewContext('new RangeError("no")'))).toBe(true);
});

test('a DOMException is an Error', () => {
  expect(isError(new DOMException('no', 'AbortError'))).toBe(true);
});

test('what only looks like an Error is none', () => {
  expect(isError({ name: 'Error', message: 'no', stack: '' })).toBe(false);
});

test('a revoked Proxy is no Error', () => {
  const { proxy, revoke } = Proxy.revocable(new Error('no'), {});
  revoke();
  expect(isError(proxy)).toBe(false);
});

function cyclic(): object {
  const object = Object.create(null);
  object.self = object;
  return object;
}
