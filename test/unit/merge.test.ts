// How fields merge: what scopes give, laid over each other and over a base.
import { describe, expect, test } from 'vitest';
import { copyFields } from '../../src/core/frame.js';
import { collapseFields, composeFields, type EncodedFields, freezeFields } from '../../src/core/merge.js';

/** What code sees in scopes, the outermost first, over a base. */
function seen(base: object, ...scopes: object[]): EncodedFields {
  const composed = scopes.map(copyFields).reduce(composeFields, copyFields({}));
  return collapseFields(copyFields(base), composed);
}

class Money {
  constructor(
    readonly amount: number,
    readonly currency?: string,
  ) {}
}

describe('scopes', () => {
  test('merge plain objects', () => {
    expect(seen({}, { job: { id: 123, count: 1 } }, { job: { count: 2 } })).toStrictEqual({
      job: { id: 123, count: 2 },
    });
  });

  test('merge plain objects at every depth', () => {
    const under = { a: { b: { c: { d: 1, kept: true } } } };
    expect(seen({}, under, { a: { b: { c: { d: 2 } } } })).toStrictEqual({ a: { b: { c: { d: 2, kept: true } } } });
  });

  test('keep what only one of them names', () => {
    expect(seen({}, { a: 1 }, { b: 2 })).toStrictEqual({ a: 1, b: 2 });
  });

  test('merge objects without a prototype', () => {
    const bare = Object.assign(Object.create(null), { count: 2 });
    expect(seen({}, { job: { id: 1 } }, { job: bare })).toStrictEqual({ job: { id: 1, count: 2 } });
  });

  test('replace arrays whole', () => {
    expect(seen({}, { tags: ['a', 'b'] }, { tags: ['c'] })).toStrictEqual({ tags: ['c'] });
  });

  test('do not merge objects inside arrays', () => {
    expect(seen({}, { items: [{ id: 1, count: 1 }] }, { items: [{ id: 1 }] })).toStrictEqual({ items: [{ id: 1 }] });
  });

  test.each([
    ['an object by a text', { a: { b: 1 } }, { a: 'text' }, { a: 'text' }],
    ['a text by an object', { a: 'text' }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['an object by an array', { a: { b: 1 } }, { a: [1] }, { a: [1] }],
    ['an array by an object', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['an object by null', { a: { b: 1 } }, { a: null }, { a: null }],
    ['null by an object', { a: null }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['an object by a class instance', { a: { amount: 1, b: 1 } }, { a: new Money(2) }, { a: { amount: 2 } }],
    ['a class instance by an object', { a: new Money(2) }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['a class instance by another', { a: new Money(1, 'EUR') }, { a: new Money(2) }, { a: { amount: 2 } }],
    ['an object by a Date', { a: { b: 1 } }, { a: new Date(0) }, { a: '1970-01-01T00:00:00.000Z' }],
    ['a Map by a Map', { a: new Map([['x', 1]]) }, { a: new Map([['y', 2]]) }, { a: [['y', 2]] }],
    ['what toJSON gave by an object', { a: { toJSON: () => ({ b: 1 }) } }, { a: { c: 1 } }, { a: { c: 1 } }],
    ['an object by what toJSON gave', { a: { c: 1 } }, { a: { toJSON: () => ({ b: 1 }) } }, { a: { b: 1 } }],
  ])('replace %s', (_, outer, inner, expected) => {
    expect(plain(seen({}, outer, inner))).toStrictEqual(expected);
  });

  test('replace an object by an Error, whole', () => {
    const { a } = seen({}, { a: { code: 7 } }, { a: new Error('no') });
    expect(a).not.toHaveProperty('code');
  });
});

describe('undefined', () => {
  test('removes what an outer scope gave', () => {
    expect(seen({}, { user: { id: 1 } }, { user: undefined })).toStrictEqual({});
  });

  test('removes what the base has', () => {
    expect(seen({ user: { id: 1 }, a: 1 }, { user: undefined })).toStrictEqual({ a: 1 });
  });

  test('removes at depth, and leaves what stands beside', () => {
    expect(seen({ user: { id: 1, name: 'Ada' } }, { user: { id: undefined } })).toStrictEqual({
      user: { name: 'Ada' },
    });
  });

  test('removes what was never there without a trace', () => {
    expect(seen({}, { user: undefined, job: { id: undefined, count: 1 } })).toStrictEqual({ job: { count: 1 } });
  });

  test('and then an object gives the object alone, not what the base had', () => {
    const base = { user: { id: 1, name: 'Ada' } };
    expect(seen(base, { user: undefined }, { user: { id: 2 } })).toStrictEqual({ user: { id: 2 } });
  });

  test('and then an object, more and more scopes deep, still lets nothing of the base through', () => {
    const base = { user: { id: 1, name: 'Ada', team: { id: 1 } } };
    const inner = [{ user: { id: 2 } }, { user: { plan: 'pro' } }, { user: { team: { size: 3 } } }];
    expect(seen(base, { user: undefined }, ...inner)).toStrictEqual({
      user: { id: 2, plan: 'pro', team: { size: 3 } },
    });
  });

  test('and then an object at depth lets nothing of the base through', () => {
    const base = { a: { b: { old: 1 }, kept: 1 } };
    expect(seen(base, { a: { b: undefined } }, { a: { b: { fresh: 1 } } })).toStrictEqual({
      a: { b: { fresh: 1 }, kept: 1 },
    });
  });

  test('removes again what was given after a removal', () => {
    expect(seen({ a: { b: 1 } }, { a: undefined }, { a: { c: 1 } }, { a: undefined })).toStrictEqual({});
  });
});

describe('a value in place of an object', () => {
  test.each([
    ['a number', 1],
    ['null', null],
    ['an array', [1]],
    ['a class instance', new Money(1)],
  ])('%s, and then an object, lets nothing of the base through', (_, between) => {
    expect(seen({ a: { old: 1 } }, { a: between }, { a: { fresh: 1 } })).toStrictEqual({ a: { fresh: 1 } });
  });
});

describe.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('the name %s', (name) => {
  const fields = JSON.parse(`{"${name}":{"polluted":1}}`);

  test('is a plain key', () => {
    expect(JSON.stringify(seen({}, fields))).toBe(JSON.stringify(fields));
  });

  test('merges like any other', () => {
    const more = JSON.parse(`{"${name}":{"more":2}}`);
    expect(JSON.stringify(seen({}, fields, more))).toBe(`{"${name}":{"polluted":1,"more":2}}`);
  });

  test('merges over a base like any other', () => {
    const more = JSON.parse(`{"${name}":{"more":2}}`);
    expect(JSON.stringify(seen(fields, more))).toBe(`{"${name}":{"polluted":1,"more":2}}`);
  });

  test('is removed like any other', () => {
    const removal = Object.defineProperty({}, name, { value: undefined, enumerable: true });
    expect(Object.keys(seen(fields, removal))).toEqual([]);
  });

  test('pollutes nothing', () => {
    seen(fields, { a: fields }, fields);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('does not take the prototype away from what is merged', () => {
    expect(Object.getPrototypeOf(seen({}, fields))).toBe(Object.prototype);
  });
});

test('merging changes neither side', () => {
  const under = copyFields({ a: { b: 1 } });
  const over = copyFields({ a: { b: 2, c: undefined } });
  const before = [structuredClone(under), structuredClone(over)];
  collapseFields(under, composeFields(under, over));
  expect([under, over]).toStrictEqual(before);
});

test('freezing reaches arrays in objects in arrays', () => {
  const inner = [1];
  freezeFields([{ inner }]);
  expect(Object.isFrozen(inner)).toBe(true);
});

const plain = (fields: EncodedFields): unknown => JSON.parse(JSON.stringify(fields));
