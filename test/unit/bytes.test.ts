// Sizes in UTF-8 bytes, and text cut to them.
import { expect, test } from 'vitest';
import { cutText, jsonBytes, unitsWithin, utf8Bytes, wellFormed } from '../../src/core/bytes.js';
import { createSeededRandom, randomText } from './seededRandom.js';

const sizeAsEncoded = (text: string): number => new TextEncoder().encode(text).length;
const sizeInJson = (text: string): number => sizeAsEncoded(JSON.stringify(text)) - 2;

const texts: [string, string][] = [
  ['nothing', ''],
  ['ASCII', 'payment rejected'],
  ['two-byte text', 'Zahlung für Käufer'],
  ['three-byte text', '支払いが拒否されました'],
  ['surrogate pairs', '😀👩‍👩‍👧‍👦🇩🇪'],
  ['an unpaired high surrogate', 'a\ud83d'],
  ['an unpaired low surrogate', '\ude00a'],
  ['halves in the wrong order', '\ude00\ud83d'],
  ['a high surrogate before a pair', '\ud83d\ud83d\ude00'],
  ['control characters', '\u0000\u0001\b\t\n\f\r\u001f\u007f'],
  ['quotes and backslashes', '"\\"'],
  ['line separators', '\u2028\u2029'],
];

test.each(texts)('counts the UTF-8 bytes of %s', (_, text) => {
  expect(utf8Bytes(text)).toBe(sizeAsEncoded(text));
});

test.each(texts)('counts the bytes that %s takes in JSON', (_, text) => {
  const safe = wellFormed(text);
  expect(jsonBytes(safe)).toBe(sizeInJson(safe));
});

test.each(texts)('makes %s well-formed as TextEncoder does', (_, text) => {
  expect(wellFormed(text)).toBe(new TextDecoder().decode(new TextEncoder().encode(text)));
});

test('counts the bytes of random text as the platform does', () => {
  const random = createSeededRandom(1);
  const all = Array.from({ length: 300 }, () => randomText(random, 50));
  expect(all.map(utf8Bytes)).toEqual(all.map(sizeAsEncoded));
});

test('leaves text that fits as it is', () => {
  expect(cutText('x'.repeat(100), 100)).toBe('x'.repeat(100));
});

test('marks cut text with its whole length', () => {
  expect(cutText('x'.repeat(101), 100)).toBe(`${'x'.repeat(76)}…[cut: 101 characters]`);
});

test('leaves only the mark where nothing else fits', () => {
  expect(cutText('a long text', 0)).toBe('…[cut: 11 characters]');
});

test('gives back the empty text in no room at all', () => {
  expect(cutText('', 0)).toBe('');
});

test('never cuts between the halves of a surrogate pair', () => {
  expect(unitsWithin('a😀', 4)).toBe(1);
});

test('cuts after a whole surrogate pair', () => {
  expect(unitsWithin('a😀b', 5)).toBe(3);
});

test('cuts random text to no more than was asked for', () => {
  const random = createSeededRandom(2);
  const cut = Array.from({ length: 300 }, () => cutText(randomText(random, 10 + random() * 400), 200));
  expect(Math.max(...cut.map(sizeInJson))).toBeLessThanOrEqual(200);
});

test('cuts random text into well-formed text', () => {
  const random = createSeededRandom(3);
  const cut = Array.from({ length: 300 }, () => cutText(randomText(random, 10 + random() * 400), 200));
  expect(cut).toEqual(cut.map(wellFormed));
});

test('cuts 10 MB of text without reading all of it', () => {
  const text = '支'.repeat(10_000_000);
  expect(sizeInJson(cutText(text, 8_192))).toBeLessThanOrEqual(8_192);
});
