// The one stated, safe form of every kind of value.
import { describe, expect, test } from 'vitest';
import { utf8Bytes } from '../../src/core/bytes.js';
import { encodeFields, encodeValue, isPlain, type Json, markAllowance, setOwn } from '../../src/core/encode.js';
import { createSeededRandom, randomText } from './seededRandom.js';

const encode = (value: unknown, bytes = 24_000): any => encodeValue(value, { bytes });

function throwing(message = 'no'): never {
  throw new Error(message);
}

function revoked(target: object = {}): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function cycle(): unknown {
  const object: { name: string; self?: unknown } = { name: 'a' };
  object.self = object;
  return object;
}

function deep(levels: number): unknown {
  let object: unknown = 'bottom';
  for (let i = 0; i < levels; i++) object = { in: object };
  return object;
}

class Job {
  readonly id = 7;
  readonly #secret = 1;
  get secret() {
    return this.#secret;
  }
}

const itself = {
  id: 1,
  toJSON() {
    return itself;
  },
};

describe('the safe form', () => {
  test.each<[string, unknown, unknown]>([
    ['a text', 'text', 'text'],
    ['true', true, true],
    ['null', null, null],
    ['undefined', undefined, undefined],
    ['undefined in an array', [undefined], [null]],
    ['a hole in an array', new Array(1), [null]],
    ['a number', 1.5, 1.5],
    ['-0', -0, 0],
    ['NaN', Number.NaN, 'NaN'],
    ['Infinity', Number.POSITIVE_INFINITY, 'Infinity'],
    ['-Infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['a BigInt', 12345678901234567890n, '12345678901234567890'],
    ['a negative BigInt', -5n, '-5'],
    ['a BigInt of a million bits', 1n << 1_000_000n, '[bigint of more than 1024 bits]'],
    ['a symbol', Symbol('mark'), 'Symbol(mark)'],
    ['a symbol without a description', Symbol(), 'Symbol()'],
    ['a function', function pay() {}, '[function pay]'],
    ['a function without a name', (() => () => {})(), '[function anonymous]'],
    ['a class', Job, '[function Job]'],
    [
      'a function whose name throws',
      Object.defineProperty(() => {}, 'name', { get: throwing }),
      '[function anonymous]',
    ],
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid Date', new Date(Number.NaN), '[invalid date]'],
    ['a RegExp', /a+/gi, '/a+/gi'],
    ['a URL', new URL('https://shop.example/a?b#c'), 'https://shop.example/a?b#c'],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, 2n],
      ]),
      [
        ['a', 1],
        [{ k: 1 }, '2'],
      ],
    ],
    ['a Set', new Set([1, 'a']), [1, 'a']],
    ['a typed array', new Uint8Array(3), '[Uint8Array: 3 bytes]'],
    ['an ArrayBuffer', new ArrayBuffer(8), '[ArrayBuffer: 8 bytes]'],
    ['a DataView', new DataView(new ArrayBuffer(4)), '[DataView: 4 bytes]'],
    ['a Promise', Promise.resolve(1), '[Promise]'],
    ['a WeakMap', new WeakMap(), '[WeakMap]'],
    ['a WeakSet', new WeakSet(), '[WeakSet]'],
    ['a WeakRef', new WeakRef({}), '[WeakRef]'],
    ['a Blob', new Blob(['a']), '[Blob]'],
    ['a Request', new Request('https://shop.example'), '[Request]'],
    ['a Response', new Response('a'), '[Response]'],
    ['Headers', new Headers(), '[Headers]'],
    ['a FormData', new FormData(), '[FormData]'],
    ['a DOM node', { nodeType: 1, nodeName: 'BUTTON', parentNode: {} }, '[node button]'],
    ['a boxed text', Object('text'), 'text'],
    ['a boxed number', Object(1), '1'],
    ['a boxed boolean', Object(false), 'false'],
    ['a boxed BigInt', Object(1n), '1'],
    ['an unpaired surrogate', 'a\ud800b', 'a\ufffdb'],
    ['an unpaired surrogate in a name', { 'a\ud800': 1 }, { 'a\ufffd': 1 }],
    ['a cycle', cycle(), { name: 'a', self: '[circular]' }],
    ['a revoked Proxy', revoked(), "[unreadable: Cannot perform 'getPrototypeOf' on a proxy that has been revoked]"],
    [
      'a revoked Proxy of an array, in an object',
      { a: revoked([]), b: 1 },
      { a: expect.stringMatching(/^\[unreadable: /), b: 1 },
    ],
    ['a Proxy whose names throw', new Proxy({}, { ownKeys: () => throwing() }), '[unreadable: no]'],
    [
      'a getter',
      {
        get a() {
          return 1;
        },
      },
      { a: 1 },
    ],
    [
      'a getter that throws',
      {
        get a() {
          return throwing('no disk');
        },
        b: 1,
      },
      { a: '[getter threw: no disk]', b: 1 },
    ],
    [
      'a getter that throws undefined',
      {
        get a() {
          throw undefined;
        },
      },
      { a: '[getter threw: undefined]' },
    ],
    [
      'a getter that throws what cannot be text',
      {
        get a() {
          throw Object.create(null);
        },
      },
      { a: '[getter threw: unknown]' },
    ],
    ['toJSON', { toJSON: () => ({ id: 1 }) }, { id: 1 }],
    ['toJSON that gives undefined', { toJSON: () => undefined }, null],
    ['toJSON that throws', { toJSON: () => throwing() }, '[toJSON threw: no]'],
    ['toJSON that returns its object', itself, { id: 1, toJSON: '[function toJSON]' }],
    ['a field called toJSON that is none', { toJSON: 1 }, { toJSON: 1 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a class instance', new Job(), { id: 7 }],
    ['an object with symbols for names', { [Symbol('a')]: 1, b: 2 }, { b: 2 }],
    ['a name that is __proto__', JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
    ['an array with an iterator that throws', Object.assign([1], { [Symbol.iterator]: throwing }), '[unreadable: no]'],
    ['an empty object', {}, {}],
  ])('of %s', (_, value, expected) => {
    expect(encode(value)).toStrictEqual(expected);
  });

  test('of an Error in place is its encoded form', () => {
    expect(encode({ failure: new TypeError('no') }).failure).toMatchObject({ name: 'TypeError', message: 'no' });
  });

  test('of a module keeps what can be read of it', () => {
    expect(encode({ Math, JSON })).toStrictEqual({ Math: {}, JSON: {} });
  });

  test('of one object at two places is given at both: it is no cycle', () => {
    const shared = { id: 1 };
    expect(encode([shared, shared])).toStrictEqual([{ id: 1 }, { id: 1 }]);
  });

  test('of toJSON that gives ever new objects with toJSON ends', () => {
    const endless = (): object => ({ toJSON: endless });
    expect(encode(endless())).toBe('[object]');
  });
});

test('the safe form keeps no reference to what was given', () => {
  const given = { list: [{ id: 1 }] };
  const encoded = encode(given);
  given.list[0]!.id = 2;
  expect(encoded).toStrictEqual({ list: [{ id: 1 }] });
});

test('plain objects keep their undefined properties, which say "remove"', () => {
  expect(Object.keys(encode({ a: undefined }))).toEqual(['a']);
});

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

test('the own properties of an object come without the one that is left out', () => {
  expect(encodeFields({ a: 1, error: 2 }, { bytes: 1_000 }, 'error')).toStrictEqual({ a: 1 });
});

test('the own properties of a Proxy that does not tell its names are one mark', () => {
  const proxy = new Proxy({}, { ownKeys: () => throwing() });
  expect(encodeFields(proxy, { bytes: 1_000 })).toStrictEqual({ '…': '[unreadable: no]' });
});

test('plain objects of another realm are plain', async () => {
  const { runInNewContext } = await import('node:vm');
  expect(isPlain(runInNewContext('({ a: 1 })'))).toBe(true);
});

test('class instances are not plain', () => {
  expect(isPlain(new Job())).toBe(false);
});

test('setting __proto__ makes an own property', () => {
  const target: { [name: string]: Json } = {};
  setOwn<Json>(target, '__proto__', { polluted: 1 });
  expect([Object.keys(target), Object.getPrototypeOf(target)]).toEqual([['__proto__'], Object.prototype]);
});

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
