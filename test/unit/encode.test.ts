// The one stated, safe form of every kind of value.
import { describe, expect, test } from 'vitest';
import { encodeFields, encodeValue, isPlain, type Json, setOwn } from '../../src/core/encode.js';

const encode = (value: unknown): any => encodeValue(value, { bytes: 24_000 });

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
