// What is cut of values that are too deep, too long or too many: it is marked, and no value takes more than its budget.
import { describe, expect, test } from 'vitest';
import { utf8Bytes } from '../../src/core/bytes.js';
import { encodeValue, markAllowance } from '../../src/core/encode.js';
import { createSeededRandom, randomText } from './seededRandom.js';

const encode = (value: unknown, bytes = 24_000): any => encodeValue(value, { bytes });

describe('what is cut is marked:', () => {
  test('objects deeper than ten', () => {
    expect(JSON.stringify(encode(deep(10_000)))).toBe(`${'{"in":'.repeat(10)}"[object]"${'}'.repeat(10)}`);
  });

  test('arrays deeper than ten', () => {
    let list: unknown[] = [];
    for (let i = 0; i < 10_000; i++) list = [list];
    expect(JSON.stringify(encode(list))).toBe(`${'['.repeat(10)}"[array]"${']'.repeat(10)}`);
  });

  test('a text of 10 MB', () => {
    expect(encode('x'.repeat(10_000_000))).toMatch(/^x{8,}…\[cut: 10000000 characters\]$/);
  });

  test('an array of 100,000', () => {
    const encoded = encode(Array.from({ length: 100_000 }, (_, i) => i));
    expect(encoded.at(-1)).toBe(`…[cut: ${100_000 - (encoded.length - 1)} more]`);
  });

  test('an array that claims to have four billion', () => {
    expect(encode(new Array(2 ** 32 - 1)).at(-1)).toMatch(/^…\[cut: \d+ more\]$/);
  });

  test('an object of 100,000 names', () => {
    const encoded = encode(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`n${i}`, i])));
    expect(encoded['…']).toBe(`[cut: ${100_000 - (Object.keys(encoded).length - 1)} more]`);
  });

  test('a Map of 100,000', () => {
    const encoded = encode(new Map(Array.from({ length: 100_000 }, (_, i) => [i, i])));
    expect(encoded.at(-1)).toMatch(/^…\[cut: \d+ more\]$/);
  });

  test('a name of 10 MB', () => {
    expect(Object.keys(encode({ ['x'.repeat(10_000_000)]: 1 }))[0]).toMatch(/^x+…\[cut: 10000000 characters\]$/);
  });

  test('an Error that is longer than what is left', () => {
    expect(JSON.stringify(encode({ a: longError(5) }, 4_000))).toContain('[cut: ');
  });
});

test('what fits exactly is not cut: numbers count as they are written', () => {
  const numbers = Array.from({ length: 3_000 }, (_, i) => i % 10);
  expect(encode(numbers)).toStrictEqual(numbers);
});

describe('no value takes more than its budget and the allowance for marks:', () => {
  test.each<[string, unknown]>([
    ['three-byte text', '支'.repeat(10_000_000)],
    ['control characters', '\u0001'.repeat(1_000_000)],
    ['many texts of control characters', Array.from({ length: 1_000 }, () => '\u0001'.repeat(1_000))],
    ['names of three-byte text', Object.fromEntries(Array.from({ length: 500 }, (_, i) => ['支'.repeat(200) + i, i]))],
    ['long lists at every depth', nestedLists(10)],
    ['long names at every depth', nestedNames(12)],
    ['Errors with causes', Array.from({ length: 50 }, () => longError(5))],
    ['an Error at depth', { a: { b: { c: { d: { e: { f: { g: longError(5) } } } } } } }],
    ['many small objects', Array.from({ length: 20_000 }, () => ({}))],
    ['BigInts', Array.from({ length: 1_000 }, () => (1n << 1_000n) - 1n)],
    ['numbers of many digits', Array.from({ length: 5_000 }, () => -Math.PI * 1e-300)],
    ['infinities', Array.from({ length: 5_000 }, () => Number.NEGATIVE_INFINITY)],
  ])('%s', (_, value) => {
    expect(utf8Bytes(JSON.stringify(encode(value)))).toBeLessThanOrEqual(24_000 + markAllowance);
  });

  test('random values, in random room', () => {
    const random = createSeededRandom(4);
    const excess = Array.from({ length: 60 }, () => {
      const bytes = Math.floor(random() * 4_000);
      return utf8Bytes(JSON.stringify(encode(randomValue(random, 0), bytes)) ?? '') - bytes;
    });
    expect(Math.max(...excess)).toBeLessThanOrEqual(markAllowance);
  });
});

function deep(levels: number): unknown {
  let object: unknown = 'bottom';
  for (let i = 0; i < levels; i++) object = { in: object };
  return object;
}

/** An Error with as long a stack as is read, and as many causes. */
function longError(causes: number): Error {
  const error = new Error('支'.repeat(5_000), causes > 0 ? { cause: longError(causes - 1) } : {});
  const frame = `    at ${'支'.repeat(200)} (https://shop.example/${'支'.repeat(200)}.js:1000000:1000000)`;
  error.stack = `Error: ${error.message}\n${Array(100).fill(frame).join('\n')}`;
  return error;
}

function nestedLists(levels: number): unknown[] {
  const rest = Array(100_000).fill('x');
  return levels === 0 ? rest : ['x'.repeat(2_000), nestedLists(levels - 1), ...rest.slice(0, 1_000)];
}

function nestedNames(levels: number): object {
  const name = (i: number) => `${'\u0001'.repeat(300)}${i}`;
  return { [name(1)]: levels === 0 ? 1 : nestedNames(levels - 1), [name(2)]: 1, [name(3)]: 2 };
}

function randomValue(random: () => number, depth: number): unknown {
  const length = () => Math.floor(random() * 12);
  const sorts = [
    () => randomText(random, random() * 500),
    () => random() * 10 ** Math.floor(random() * 40 - 20),
    () => BigInt(Math.floor(random() * 1e15)),
    () => longError(length() % 2),
    () => Array.from({ length: length() }, () => randomValue(random, depth + 1)),
    () =>
      Object.fromEntries(
        Array.from({ length: length() }, () => [randomText(random, random() * 100), randomValue(random, depth + 1)]),
      ),
  ];
  return sorts[Math.floor(random() * (depth > 6 ? 3 : sorts.length))]!();
}

const liar = { length: 1, replace: () => 'x'.repeat(1_000_000) };

test.each([
  ['a URL', { [Symbol.toStringTag]: 'URL', href: liar }, '[object Object]'],
  [
    'a date',
    new (class extends Date {
      override toISOString(): string {
        return liar as never;
      }
    })(0),
    '1970-01-01T00:00:00.000Z',
  ],
])('what says it is %s and answers with something else than text is held to text', (_, value, text) => {
  expect(encode(value)).toBe(text);
});
