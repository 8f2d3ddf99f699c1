// Frames: collapsed over their base, and turned into text once.
import { expect, test } from 'vitest';
import { utf8Bytes } from '../../src/core/bytes.js';
import {
  collapse,
  contextText,
  copyFields,
  createBase,
  createFrame,
  fieldsIn,
  type Layer,
  maxContextBytes,
  scoped,
  setBase,
} from '../../src/core/frame.js';
import { noFields } from '../../src/core/merge.js';
import type { Collapsed } from '../../src/core/sharedContext.js';

const layerOf = (over: object = {}, under: object = {}): Layer => ({
  root: { under: copyFields(under) },
  over: copyFields(over),
});

const frameOf = (...scopes: object[]) => scopes.map(copyFields).reduce(scoped, createFrame(createBase()));

const textOf = (frame: ReturnType<typeof frameOf>, layer = layerOf()) => contextText(collapse(frame), layer).text;

/** Collapsed fields that count how often they are read. */
function countReads(): { collapsed: Collapsed; reads: () => number } {
  let count = 0;
  const fields = Object.defineProperty({}, 'job', { enumerable: true, get: () => ++count });
  return { collapsed: { fields }, reads: () => count };
}

test('native names stand at the top, all others under custom', () => {
  const fields = { user: { id: 1 }, job: { id: 2 }, page: { url: '/' }, custom: { a: 1 } };
  expect(JSON.parse(textOf(frameOf(fields))!)).toEqual({
    user: { id: 1 },
    page: { url: '/' },
    custom: { job: { id: 2 }, custom: { a: 1 } },
  });
});

test.each(['user', 'organization', 'session', 'http', 'release', 'system', 'runtime', 'page', 'trace', 'platform'])(
  '%s is a native name',
  (name) => {
    expect(JSON.parse(textOf(frameOf({ [name]: { a: 1 } }))!)).toEqual({ [name]: { a: 1 } });
  },
);

test.each(['job', 'build', 'custom', 'level', '__proto__', 'constructor'])(
  '%s is a name of the application',
  (name) => {
    const fields = JSON.parse(`{"${name}":1}`);
    expect(textOf(frameOf(fields))).toBe(`{"custom":{"${name}":1}}`);
  },
);

test('no fields give no text', () => {
  expect(textOf(frameOf())).toBe('');
});

test('a removed field leaves no empty custom behind', () => {
  expect(textOf(frameOf({ job: 1 }, { job: undefined }))).toBe('');
});

test('what a logger lays under gives way to base and scopes, what it lays over wins', () => {
  const frame = frameOf({ release: { version: 'scope' }, job: { id: 'scope' } });
  const layer = layerOf({ job: { id: 'logger' } }, { release: { version: 'option', commit_hash: 'abc' } });
  expect(JSON.parse(textOf(frame, layer)!)).toEqual({
    release: { version: 'scope', commit_hash: 'abc' },
    custom: { job: { id: 'logger' } },
  });
});

test('what a logger lays over can remove', () => {
  expect(textOf(frameOf({ job: 1, task: 2 }), layerOf({ job: undefined }))).toBe('{"custom":{"task":2}}');
});

test('the text of a frame is made once for all lines of a logger', () => {
  const { collapsed, reads } = countReads();
  const layer = layerOf();
  contextText(collapsed, layer);
  const readsForOne = reads();
  for (let i = 0; i < 100; i++) contextText(collapsed, layer);
  expect(reads()).toBe(readsForOne);
});

test('the text of a frame is made once for each of two loggers that take turns', () => {
  const { collapsed, reads } = countReads();
  const layers = [layerOf(), layerOf({ a: 1 })];
  for (const layer of layers) contextText(collapsed, layer);
  const readsForTwo = reads();
  for (let i = 0; i < 100; i++) contextText(collapsed, layers[i % 2]!);
  expect(reads()).toBe(readsForTwo);
});

test('what is current in another version’s context, if it may not be added to, gives its text each time', () => {
  const collapsed = Object.freeze(countReads().collapsed);
  const layer = layerOf();
  const texts = [contextText(collapsed, layer).text, contextText(collapsed, layer).text];
  expect(texts).toEqual(['{"custom":{"job":1}}', '{"custom":{"job":2}}']);
});

test('two loggers that take turns get each its own text', () => {
  const collapsed = collapse(frameOf({ job: 1 }));
  const [plain, more] = [layerOf(), layerOf({ a: 1 })];
  const texts = [plain, more, plain, more].map((layer) => contextText(collapsed, layer).text);
  expect(texts).toEqual(['{"custom":{"job":1}}', '{"custom":{"job":1,"a":1}}', texts[0], texts[1]]);
});

test('that there is no text is known too: nothing is made again', () => {
  const collapsed = collapse(frameOf());
  const [plain, more] = [layerOf(), layerOf({ a: 1 })];
  const texts = [plain, more, plain].map((layer) => contextText(collapsed, layer).text);
  expect(texts).toEqual(['', '{"custom":{"a":1}}', '']);
});

test('a frame is collapsed once', () => {
  const frame = frameOf({ job: 1 });
  expect(collapse(frame)).toBe(collapse(frame));
});

test('a frame sees what its base is given later', () => {
  const base = createBase();
  const frame = scoped(createFrame(base), copyFields({ job: 1 }));
  collapse(frame);
  setBase(base, copyFields({ user: { id: 2 } }));
  expect(collapse(frame).fields).toEqual({ user: { id: 2 }, job: 1 });
});

test('what was collapsed before a change of the base stays as it was', () => {
  const base = createBase(copyFields({ user: { id: 1 } }));
  const before = collapse(createFrame(base));
  setBase(base, copyFields({ user: { id: 2 } }));
  expect(before.fields).toEqual({ user: { id: 1 } });
});

test('the base merges, and undefined removes from it', () => {
  const base = createBase(copyFields({ user: { id: 1, name: 'Ada' }, a: 1 }));
  setBase(base, copyFields({ user: { name: undefined }, a: undefined }));
  expect(base.fields).toEqual({ user: { id: 1 } });
});

test.each([
  ['a text', 'a'],
  ['undefined', undefined],
  ['null', null],
  ['an array', [1]],
  ['a Map', new Map([['a', 1]])],
  ['a Date', new Date(0)],
  ['a function', () => {}],
])('%s gives no fields', (_, given) => {
  expect([fieldsIn(given), copyFields(given)]).toEqual([undefined, noFields]);
});

test.each([
  ['three-byte text', '支'.repeat(8_000)],
  ['control characters', '\u0001'.repeat(8_000)],
  ['lists of lists', Array.from({ length: 500 }, () => [[['x']]])],
])('many scopes of %s take at most 24,000 bytes of a line', (_, value) => {
  const scopes = Array.from({ length: 20 }, (__, i) => ({ [`name${i}`]: value, user: { [`name${i}`]: value } }));
  expect(utf8Bytes(textOf(frameOf(...scopes))!)).toBeLessThanOrEqual(maxContextBytes);
});

test('a context that is cut says so', () => {
  const scopes = Array.from({ length: 20 }, (_, i) => ({ [`name${i}`]: 'x'.repeat(8_000) }));
  expect(textOf(frameOf(...scopes))).toMatch(/cut: \d+ /);
});

test('a long context within the limit is not cut', () => {
  const fields = { text: 'x'.repeat(7_000), numbers: Array.from({ length: 2_000 }, (_, i) => i) };
  expect(JSON.parse(textOf(frameOf(fields))!)).toEqual({ custom: fields });
});
