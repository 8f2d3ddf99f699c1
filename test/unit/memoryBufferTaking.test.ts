// Lines that are taken from a buffer, and are on their way until they are settled or put back.
import { describe, expect, test } from 'vitest';
import { createLine, createLines, numbersOf } from './createLine.js';
import { all, createBuffer } from './memoryBufferRig.js';

describe('take', () => {
  test('gives the oldest lines, in order', () => {
    const { buffer, push } = createBuffer();
    push(...createLines(1, 5));
    expect(numbersOf(buffer.take(all, 3))).toEqual([1, 2, 3]);
  });

  test('leaves the rest waiting', () => {
    const { buffer, push, waiting } = createBuffer();
    push(...createLines(1, 5));
    buffer.take(all, 3);
    expect(waiting()).toEqual([4, 5]);
  });

  test('counts newlines: three lines of 100 bytes are 302', () => {
    const { buffer, push } = createBuffer();
    push(...createLines(1, 5));
    expect(numbersOf(buffer.take(302))).toEqual([1, 2, 3]);
  });

  test('stays within the bytes', () => {
    const { buffer, push } = createBuffer();
    push(...createLines(1, 5));
    expect(numbersOf(buffer.take(301))).toEqual([1, 2]);
  });

  test('gives one line even if it is larger: it does not block the head', () => {
    const { buffer, push } = createBuffer();
    push(createLine(1, { bytes: 500 }), createLine(2));
    expect(numbersOf(buffer.take(200))).toEqual([1]);
  });

  test('gives nothing where nothing waits', () => {
    expect(createBuffer().buffer.take(all)).toEqual([]);
  });

  test('gives no line twice', () => {
    const { buffer, push } = createBuffer();
    push(...createLines(1, 2));
    buffer.take(all);
    expect(buffer.take(all)).toEqual([]);
  });
});

describe('lines on their way', () => {
  test('are pending, like those that wait', () => {
    const { buffer, push } = createBuffer();
    push(...createLines(1, 3));
    buffer.take(all, 2);
    expect(numbersOf(buffer.pending())).toEqual([1, 2, 3]);
  });

  test('are told of once they are delivered', () => {
    const { buffer, push, settled } = createBuffer();
    push(...createLines(1, 2));
    buffer.settle(buffer.take(all, 1), 'delivered');
    expect(settled).toEqual([[1, 'delivered']]);
  });

  test('are told of no second time', () => {
    const { buffer, push, settled } = createBuffer();
    push(createLine(1));
    const lines = buffer.take(all);
    buffer.settle(lines, 'delivered');
    buffer.settle(lines, 'refused');
    expect(settled).toEqual([[1, 'delivered']]);
  });

  test('that are put back wait in their old order', () => {
    const { buffer, push, waiting } = createBuffer();
    push(...createLines(1, 3));
    const taken = buffer.take(all, 2);
    push(createLine(4));
    buffer.putBack(taken);
    expect(waiting()).toEqual([1, 2, 3, 4]);
  });

  test('that are put back in another order than they were taken wait in their old order', () => {
    const { buffer, push, waiting } = createBuffer();
    push(...createLines(1, 6));
    const [first, second] = [buffer.take(all, 2), buffer.take(all, 2)];
    buffer.putBack(first);
    buffer.putBack(second);
    expect(waiting()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('that are put back are not settled by an answer that comes later', () => {
    const { buffer, push, settled, waiting } = createBuffer();
    push(createLine(1));
    const lines = buffer.take(all);
    buffer.putBack(lines);
    buffer.settle(lines, 'delivered');
    expect([settled, waiting()]).toEqual([[], [1]]);
  });

  test('that are put back twice wait once', () => {
    const { buffer, push, waiting } = createBuffer();
    push(createLine(1));
    const lines = buffer.take(all);
    buffer.putBack(lines);
    buffer.putBack(lines);
    expect(waiting()).toEqual([1]);
  });

  test('that were delivered are not put back', () => {
    const { buffer, push, waiting } = createBuffer();
    push(createLine(1));
    const lines = buffer.take(all);
    buffer.settle(lines, 'delivered');
    buffer.putBack(lines);
    expect(waiting()).toEqual([]);
  });

  test('are found by what they are, not where: of two bodies the second may be answered first', () => {
    const { buffer, push, waiting, settled } = createBuffer();
    push(...createLines(1, 4));
    const [first, second] = [buffer.take(all, 2), buffer.take(all, 2)];
    buffer.settle(second, 'delivered');
    buffer.putBack(first);
    expect([waiting(), settled]).toEqual([
      [1, 2],
      [
        [3, 'delivered'],
        [4, 'delivered'],
      ],
    ]);
  });

  test('without an answer for too long wait again', () => {
    const { buffer, push, clock } = createBuffer({ lostAfterMs: 60_000, maxAgeMs: all });
    push(...createLines(1, 2));
    buffer.take(all, 1);
    clock.time = 60_001;
    expect(numbersOf(buffer.take(all))).toEqual([1, 2]);
  });

  test('within their time are left on their way', () => {
    const { buffer, push, clock } = createBuffer({ lostAfterMs: 60_000, maxAgeMs: all });
    push(...createLines(1, 2));
    buffer.take(all, 1);
    clock.time = 60_000;
    expect(numbersOf(buffer.take(all))).toEqual([2]);
  });
});
