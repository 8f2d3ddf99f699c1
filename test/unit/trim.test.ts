// What pages that are gone left, held to the limit.
import { expect, test } from 'vitest';
import { trim } from '../../src/browser/trim.js';
import type { Line } from '../../src/core/memoryBuffer.js';
import type { Level } from '../../src/core/types.js';
import { createLine, numbersOf } from './createLine.js';
import { createFakeStore } from './persistRig.js';

/** Records of 10 lines of 1,000 bytes each; the level of a line by its sequence number. */
function leftRecords(writer: string, count: number, levelOf: (sequence: number) => Level = () => 'info') {
  return Array.from({ length: count }, (_, i) => {
    const lines = Array.from({ length: 10 }, (_, j) => {
      const sequence = i * 10 + j + 1;
      const level = levelOf(sequence);
      return { ...createLine(sequence, { bytes: 1_000, level, adopted: true }), id: `${writer}-${sequence}` };
    });
    return { key: ['b', writer, i * 10 + 1, 10_000] as const, lines };
  });
}

async function trimTo(maxBytes: number, records: ReturnType<typeof leftRecords>, living: string[] = []) {
  const store = createFakeStore(records);
  const dropped: Line[] = [];
  const isGone = (writer: string) => !living.includes(writer);
  await trim({ store, bufferName: 'b', maxBytes, isGone, onDropped: (lines) => void dropped.push(...lines) });
  return { dropped, left: store.left(), store };
}

const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('what is within the limit stays, and is not read', async () => {
  const { dropped, store } = await trimTo(100_000, leftRecords('A', 10));
  expect([dropped, store.reads]).toEqual([[], []]);
});

test('the oldest go until a tenth is free', async () => {
  const { dropped, left } = await trimTo(100_000, leftRecords('A', 12));
  expect([numbersOf(dropped), left]).toEqual([numbers(1, 30), numbers(31, 120)]);
});

test('a record of which some lines stay is written anew', async () => {
  const { left, store } = await trimTo(95_000, leftRecords('A', 10));
  expect(left).toEqual(numbers(16, 100));
  expect([...store.records.values()].every(({ lines }) => lines.length > 0)).toBe(true);
});

test('debug and info go before warn, warn before error and fatal', async () => {
  const levelOf = (sequence: number): Level => (['error', 'warn', 'info', 'fatal', 'debug'] as const)[sequence % 5]!;
  const { dropped } = await trimTo(50_000, leftRecords('A', 10, levelOf));
  const levels = dropped.map(({ level }) => level);
  expect(new Set(levels.slice(0, 40))).toEqual(new Set(['info', 'debug']));
  expect(new Set(levels.slice(40))).toEqual(new Set(['warn']));
});

test('error and fatal go where nothing else is left', async () => {
  const { left } = await trimTo(
    50_000,
    leftRecords('A', 10, () => 'fatal'),
  );
  expect(left).toEqual(numbers(56, 100));
});

test('lines of pages that are alive count, and stay', async () => {
  const { dropped, store } = await trimTo(100_000, [...leftRecords('A', 6), ...leftRecords('B', 6)], ['A']);
  expect(dropped.every(({ id }) => id.startsWith('B-'))).toBe(true);
  expect([dropped.length, store.left().length]).toEqual([30, 90]);
});
