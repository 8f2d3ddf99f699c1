// A log call, encoded at once, within the limits of a line.
import { describe, expect, test } from 'vitest';
import { utf8Bytes } from '../../src/core/bytes.js';
import { createEntry, encodeEntry, maxLineBytes, maxMessageBytes, numbered } from '../../src/core/entry.js';
import { collapse, copyFields, createBase, createFrame, type Layer, scoped } from '../../src/core/frame.js';
import { createSeededRandom, randomText } from './seededRandom.js';

const layer: Layer = { root: { under: copyFields({}) }, over: copyFields({}) };

interface Given {
  message?: unknown;
  event?: unknown;
  context?: object;
  name?: string;
}

const noon = Date.UTC(2026, 10, 22, 12);

function encodeText(given: Given): string {
  const { message, event, context = {}, name = '' } = { message: 'm', ...given };
  const frame = scoped(createFrame(createBase()), copyFields(context));
  const entry = createEntry('info', message, event, collapse(frame), layer);
  return numbered('01ABCDEFGHJKMNPQRSTVWXYZ00-1', noon, encodeEntry(entry, name).text);
}

const encodeLine = (given: Given): any => JSON.parse(encodeText(given));

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test('a line has its parts in the order of the wire format', () => {
  const text = encodeText({ message: 'paid', event: { payment: { amount: 100 } }, context: { job: 1 }, name: 'shop' });
  expect(text).toBe(
    '{"id":"01ABCDEFGHJKMNPQRSTVWXYZ00-1","dt":"2026-11-22T12:00:00.000Z","level":"info","logger":"shop",' +
      '"message":"paid","context":{"custom":{"job":1}},"event":{"custom":{"payment":{"amount":100}}}}',
  );
});

test('a line leaves out what there is not', () => {
  expect(Object.keys(encodeLine({}))).toEqual(['id', 'dt', 'level', 'message']);
});

test('a line has no newline in it', () => {
  const text = encodeText({ message: 'a\nb\r\n', event: { a: 'c\nd' }, context: { e: 'f\n' }, name: 'g\n' });
  expect(text).not.toMatch(/[\n\r]/);
});

describe('the message', () => {
  test.each<[string, unknown, string]>([
    ['a text', 'paid', 'paid'],
    ['the empty text', '', ''],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 7, '7'],
    ['NaN', Number.NaN, 'NaN'],
    ['a BigInt', 7n, '7'],
    ['a symbol', Symbol('a'), 'Symbol(a)'],
    ['an object', { a: 1 }, '{"a":1}'],
    ['an array', [1, undefined], '[1,null]'],
    ['an Error', new Error('no'), 'no'],
    ['an Error without a message', new Error(), ''],
    ['a revoked Proxy', revoked(), "[unreadable: Cannot perform 'getPrototypeOf' on a proxy that has been revoked]"],
    ['unpaired surrogates', 'a\udc00b', 'a\ufffdb'],
  ])('may be %s', (_, message, expected) => {
    expect(encodeLine({ message }).message).toBe(expected);
  });

  test.each<[string, unknown]>([
    ['ASCII', 'x'.repeat(1_000_000)],
    ['three-byte text', '支'.repeat(1_000_000)],
    ['surrogate pairs', '😀'.repeat(500_000)],
    ['control characters', '\u0001'.repeat(1_000_000)],
    ['quotes', '"'.repeat(1_000_000)],
    ['unpaired surrogates', '\ud800'.repeat(1_000_000)],
    ['an Error of three-byte text', new Error('支'.repeat(1_000_000))],
    ['an object', { text: Array(1_000).fill('支'.repeat(100)) }],
  ])('of %s takes at most 8,192 bytes', (_, message) => {
    expect(utf8Bytes(JSON.stringify(encodeLine({ message }).message)) - 2).toBeLessThanOrEqual(maxMessageBytes);
  });

  test('that is cut says so', () => {
    expect(encodeLine({ message: 'x'.repeat(8_193) }).message).toMatch(/…\[cut: 8193 characters\]$/);
  });

  test('of exactly 8,192 bytes is not cut', () => {
    expect(encodeLine({ message: 'x'.repeat(8_192) }).message).toBe('x'.repeat(8_192));
  });

  test('of an Error may be as long as any other', () => {
    expect(encodeLine({ message: new Error('x'.repeat(8_000)) }).message).toBe('x'.repeat(8_000));
  });
});

describe('the event', () => {
  test('stands at event.custom', () => {
    expect(encodeLine({ event: { payment_rejected: { amount: 100 } } }).event).toEqual({
      custom: { payment_rejected: { amount: 100 } },
    });
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['an empty object', {}],
    ['an object of nothing but undefined', { a: undefined }],
  ])('that is %s is left out', (_, event) => {
    expect(encodeLine({ event })).not.toHaveProperty('event');
  });

  test.each<[string, unknown, unknown]>([
    ['a text', 'a', 'a'],
    ['null', null, null],
    ['an array', [1], [1]],
    ['a revoked Proxy', revoked(), expect.stringMatching(/^\[unreadable: /)],
  ])('that is %s stands at event.custom.value', (_, event, value) => {
    expect(encodeLine({ event }).event).toEqual({ custom: { value } });
  });

  test('is encoded at the call: changing it later changes nothing', () => {
    const event = { items: [{ id: 1 }] };
    const entry = createEntry('info', 'm', event, collapse(createFrame(createBase())), layer);
    event.items[0]!.id = 2;
    expect(entry.event).toBe('{"custom":{"items":[{"id":1}]}}');
  });

  test('called __proto__ is a plain field', () => {
    expect(encodeText({ event: JSON.parse('{"__proto__":{"a":1}}') })).toContain('"custom":{"__proto__":{"a":1}}');
  });
});

describe('event.error', () => {
  const failure = new TypeError('no');
  const encoded = expect.objectContaining({ name: 'TypeError', message: 'no' });

  test('is an Error given as the message', () => {
    expect(encodeLine({ message: failure }).event).toEqual({ error: encoded });
  });

  test('is an Error given as the event', () => {
    expect(encodeLine({ event: failure }).event).toEqual({ error: encoded });
  });

  test.each(['error', 'err', 'cause'])("is an Error at the event's %s, which is left out of custom", (name) => {
    expect(encodeLine({ event: { [name]: failure, amount: 100 } }).event).toEqual({
      error: encoded,
      custom: { amount: 100 },
    });
  });

  test('is the first of several; the others stay in place', () => {
    const other = new RangeError('other');
    expect(encodeLine({ event: { cause: other, error: failure } }).event).toEqual({
      error: encoded,
      custom: { cause: expect.objectContaining({ name: 'RangeError' }) },
    });
  });

  test('is the message, where the event has an Error too', () => {
    const other = new RangeError('other');
    expect(encodeLine({ message: failure, event: { error: other } }).event).toEqual({
      error: encoded,
      custom: { error: expect.objectContaining({ name: 'RangeError' }) },
    });
  });

  test('is the message, where the event is an Error too', () => {
    expect(encodeLine({ message: failure, event: new RangeError('other') }).event).toEqual({
      error: encoded,
      custom: expect.objectContaining({ name: 'RangeError' }),
    });
  });

  test('is given once where message and event are the same Error', () => {
    expect(encodeLine({ message: failure, event: failure }).event).toEqual({ error: encoded });
  });

  test('is not an Error deeper down: that one stays in place', () => {
    expect(encodeLine({ event: { a: { error: failure } } }).event).toEqual({ custom: { a: { error: encoded } } });
  });

  test('is not what is called error and is none', () => {
    expect(encodeLine({ event: { error: 'no' } }).event).toEqual({ custom: { error: 'no' } });
  });

  test.each<[string, unknown]>([
    ['a revoked Proxy', revoked()],
    ['a promise', Promise.resolve()],
  ])('is not %s at error', (_, error) => {
    expect(encodeLine({ event: { error, a: 1 } }).event).toEqual({ custom: { error: expect.any(String), a: 1 } });
  });

  test('a getter at error that throws is told in its place', () => {
    const event = {
      get error() {
        throw new Error('hidden');
      },
    };
    expect(encodeLine({ event }).event).toEqual({ custom: { error: '[getter threw: hidden]' } });
  });

  test('leaves room for the fields beside it, however long it is', () => {
    const { event } = encodeLine({ message: longError(5), event: { order: { id: 42 } } });
    expect(event.custom).toEqual({ order: { id: 42 } });
  });

  test('with long URLs and a cause leaves 10,000 bytes of fields whole', () => {
    const fields = { a: 'x'.repeat(5_000), b: 'y'.repeat(5_000) };
    const { event } = encodeLine({ message: longError(1, 100), event: fields });
    expect(event.custom).toEqual(fields);
  });
});

describe('a line takes at most 60,000 bytes', () => {
  const worstTexts: [string, string][] = [
    ['ASCII', 'x'],
    ['three-byte text', '支'],
    ['control characters', '\u0001'],
    ['surrogate pairs', '😀'],
    ['unpaired surrogates', '\udfff'],
    ['quotes', '"'],
  ];

  test.each(worstTexts)('with message, event, error, context and name all huge and of %s', (_, sign) => {
    const text = sign.repeat(100_000);
    const fields = Object.fromEntries(Array.from({ length: 50 }, (__, i) => [`${i}${sign.repeat(50)}`, text]));
    const event = { ...fields, error: longError(5) };
    const given = { message: text, event, context: { ...fields, user: fields }, name: sign.repeat(256 / sign.length) };
    expect(utf8Bytes(encodeText(given))).toBeLessThanOrEqual(maxLineBytes);
  });

  test('with an Error with long causes', () => {
    expect(utf8Bytes(encodeText({ message: longError(5) }))).toBeLessThanOrEqual(maxLineBytes);
  });

  test('with many Errors in the event and in the context', () => {
    const errors = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`e${i}`, longError(5)]));
    const given = { message: longError(5), event: errors, context: errors };
    expect(utf8Bytes(encodeText(given))).toBeLessThanOrEqual(maxLineBytes);
  });

  test('whatever random values it is made of', () => {
    const random = createSeededRandom(5);
    const text = (most: number) => randomText(random, random() * most);
    const fields = (): object => Object.fromEntries(Array.from({ length: 30 }, () => [text(300), text(3_000)]));
    const sizes = Array.from({ length: 40 }, () =>
      utf8Bytes(encodeText({ message: text(20_000), event: fields(), context: fields(), name: text(256) })),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxLineBytes);
  });
});

/** An Error with 100 frames of long names, and as many causes. */
function longError(causes: number, nameLength = 500): Error {
  const error = new TypeError('支'.repeat(5_000), causes > 0 ? { cause: longError(causes - 1, nameLength) } : {});
  const frame = `    at pay (https://shop.example/${'x'.repeat(nameLength)}.js:1000000:1000000)`;
  error.stack = `TypeError: ${error.message}\n${Array(100).fill(frame).join('\n')}`;
  return error;
}

test.each([
  ['ASCII', { message: 'm', context: { job: 1 }, event: { a: 'b' } }],
  ['three-byte text', { message: '€', name: '€', context: { '€': '€' }, event: { '€': '€' } }],
  ['pairs', { message: '😀', context: { a: '😀' }, event: { a: '😀' } }],
  ['no context', { message: 'é' }],
])('a line of %s is counted in bytes, part by part', (_, { message, name = '', context = {}, event }: any) => {
  const frame = scoped(createFrame(createBase()), copyFields(context));
  const { text, bytes } = encodeEntry(createEntry('info', message, event, collapse(frame), layer), name);
  expect(bytes).toBe(Buffer.byteLength(text));
});

test.each([
  ['holes', () => new Array(100_000)],
  ['undefined', () => Array.from({ length: 100_000 }, () => undefined)],
  ['toJSON that gives nothing', () => Array.from({ length: 100_000 }, () => ({ toJSON() {} }))],
])('an array of %s, which are written as null, keeps a line within its bytes', (_, make) => {
  const text = encodeText({ event: { list: make() }, context: { list: make() } });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
});
