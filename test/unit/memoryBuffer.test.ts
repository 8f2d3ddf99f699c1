// What a buffer holds: its limits in bytes and age, adopted lines, and that no line is ever lost.
import { describe, expect, test } from 'vitest';
import type { Line } from '../../src/core/memoryBuffer.js';
import type { Level } from '../../src/core/types.js';
import { createLine, createLines, numbersOf } from './createLine.js';
import { all, createBuffer } from './memoryBufferRig.js';
import { createSeededRandom } from './seededRandom.js';

describe('a full buffer', () => {
  test('holds as many bytes as it may', () => {
    const { push, waiting } = createBuffer();
    push(...createLines(1, 10));
    expect(waiting()).toHaveLength(10);
  });

  test('drops the oldest, a tenth at once, and tells of them', () => {
    const { push, waiting, settled } = createBuffer();
    push(...createLines(1, 11));
    expect([waiting()[0], settled]).toEqual([
      3,
      [
        [1, 'buffer_full'],
        [2, 'buffer_full'],
      ],
    ]);
  });

  test('drops the oldest debug and info lines before any other', () => {
    const levels: Level[] = [
      'fatal',
      'error',
      'warn',
      'info',
      'debug',
      'warn',
      'info',
      'debug',
      'info',
      'info',
      'error',
    ];
    const { push, settled } = createBuffer();
    push(...levels.map((level, i) => createLine(i + 1, { level })));
    expect(settled.map(([id]) => id)).toEqual([4, 5]);
  });

  test.each<[Level[], number[]]>([
    [
      ['fatal', 'error', 'warn'],
      [3, 2],
    ],
    [
      ['fatal', 'warn', 'warn'],
      [2, 3],
    ],
    [
      ['fatal', 'error', 'info'],
      [3, 2],
    ],
    [
      ['fatal', 'fatal', 'error'],
      [3, 1],
    ],
  ])('of %s drops by level, the least urgent and of those the oldest first', (levels, dropped) => {
    const { push, settled } = createBuffer();
    push(...levels.map((level, i) => createLine(i + 1, { level })), createLine(4, { level: 'fatal', bytes: 750 }));
    expect(settled.map(([id]) => id)).toEqual(dropped);
  });

  test('counts lines on their way, but does not drop them', () => {
    const { buffer, push, settled } = createBuffer();
    push(...createLines(1, 10));
    buffer.take(all, 5);
    push(createLine(11));
    expect(settled.map(([id]) => id)).toEqual([6, 7]);
  });

  test('drops adopted lines first: they are the oldest', () => {
    const { buffer, push, settled } = createBuffer();
    push(...createLines(11, 19));
    buffer.adopt(createLines(1, 3, { adopted: true }));
    expect(settled.map(([id]) => id)).toEqual([1, 2, 3]);
  });

  test('drops the line just pushed where nothing else can go', () => {
    const { buffer, push, settled } = createBuffer();
    push(...createLines(1, 10));
    buffer.take(all);
    push(createLine(11));
    expect(settled).toEqual([[11, 'buffer_full']]);
  });
});

describe('age', () => {
  test('drops what is older than the limit when lines are taken', () => {
    const { buffer, push, settled, clock } = createBuffer();
    push(createLine(1, { at: 0 }), createLine(2, { at: 5_000 }));
    clock.time = 10_001;
    expect([numbersOf(buffer.take(all)), settled]).toEqual([[2], [[1, 'too_old']]]);
  });

  test('of exactly the limit is young enough', () => {
    const { buffer, push, clock } = createBuffer();
    push(createLine(1, { at: 0 }));
    clock.time = 10_000;
    expect(numbersOf(buffer.take(all))).toEqual([1]);
  });

  test('counts for every level', () => {
    const { buffer, push, settled, clock } = createBuffer();
    push(createLine(1, { at: 0, level: 'fatal' }));
    clock.time = 10_001;
    buffer.take(all);
    expect(settled).toEqual([[1, 'too_old']]);
  });

  test('counts for adopted lines, at once', () => {
    const { buffer, settled, clock } = createBuffer();
    clock.time = 20_000;
    buffer.adopt([createLine(1, { at: 0, adopted: true }), createLine(2, { at: 15_000, adopted: true })]);
    expect(settled).toEqual([[1, 'too_old']]);
  });
});

describe('adopted lines', () => {
  test('go before all others', () => {
    const { buffer, push, waiting } = createBuffer();
    push(createLine(11));
    buffer.adopt(createLines(1, 2, { adopted: true }));
    expect(waiting()).toEqual([1, 2, 11]);
  });

  test('are not pending: they are no lines of this logger', () => {
    const { buffer, push } = createBuffer();
    push(createLine(11));
    buffer.adopt(createLines(1, 2, { adopted: true }));
    buffer.take(all, 1);
    expect(numbersOf(buffer.pending())).toEqual([11]);
  });

  test('that are put back wait before all others again', () => {
    const { buffer, push, waiting } = createBuffer();
    push(createLine(11));
    buffer.adopt(createLines(1, 2, { adopted: true }));
    buffer.putBack(buffer.take(all));
    expect(waiting()).toEqual([1, 2, 11]);
  });
});

describe('a report of what was dropped', () => {
  const report = (sequence: number) => createLine(sequence, { level: 'warn', isDropReport: true });

  test('goes out with the next body, however much waits', () => {
    const { buffer, push } = createBuffer();
    push(...createLines(1, 5), report(6));
    expect(numbersOf(buffer.take(all, 2))).toEqual([6, 1]);
  });

  test('is dropped last', () => {
    const { push, waiting } = createBuffer();
    push(report(1), ...createLines(2, 100, { level: 'fatal' }));
    expect(waiting()).toContain(1);
  });
});

test('the bytes that wait are always those of the lines that wait', () => {
  const random = createSeededRandom(7);
  const { buffer, clock } = createBuffer({ maxBytes: 5_000, maxAgeMs: 100, lostAfterMs: 50 });
  const taken: Line[][] = [[]];
  const any = () => taken[Math.floor(random() * taken.length)]!;
  const acts = [
    () => buffer.push(createLine(++clock.time, { at: clock.time, bytes: Math.ceil(random() * 500) })),
    () => void taken.push(buffer.take(random() * 2_000, 1 + random() * 5)),
    () => buffer.putBack(any()),
    () => buffer.settle(any(), 'delivered'),
    () => buffer.adopt([createLine(++clock.time, { at: clock.time - 60, adopted: true })]),
  ];
  const differences = Array.from({ length: 2_000 }, () => {
    acts[Math.floor(random() * acts.length)]!();
    return buffer.waitingBytes - buffer.waiting().reduce((sum, line) => sum + line.bytes, 0);
  });
  expect(differences.filter((difference) => difference !== 0)).toEqual([]);
});

test('no line is ever lost: each is pending or was told of, once', () => {
  const random = createSeededRandom(8);
  const { buffer, settled, clock } = createBuffer({ maxBytes: 5_000, maxAgeMs: 200, lostAfterMs: 50 });
  const taken: Line[][] = [[]];
  const any = () => taken[Math.floor(random() * taken.length)]!;
  const acts = [
    () => buffer.push(createLine(++clock.time, { at: clock.time, bytes: Math.ceil(random() * 500) })),
    () => void taken.push(buffer.take(random() * 2_000, 1 + random() * 5)),
    () => buffer.putBack(any()),
    () => buffer.settle(any(), random() < 0.5 ? 'delivered' : 'refused'),
  ];
  for (let i = 0; i < 3_000; i++) acts[Math.floor(random() * acts.length)]!();
  const known = [...settled.map(([id]) => id), ...numbersOf(buffer.pending())];
  expect(known.sort((a, b) => a - b)).toEqual(Array.from({ length: clock.time }, (_, i) => i + 1));
});
