// Lines handed to sendBeacon while the page goes.
import { describe, expect, test } from 'vitest';
import { beaconLines } from '../../src/browser/beacon.js';
import type { Line } from '../../src/core/memoryBuffer.js';
import type { Body } from '../../src/core/types.js';
import { createLine, createLines, numbersOf } from './createLine.js';

const quota = 65_536;

/** Takes bodies as a browser does: while they fit in what is left of its quota. */
function sendOver(lines: readonly Line[], left = quota) {
  let room = left;
  const bodies: Body[] = [];
  const taken = beaconLines(lines, (body) => {
    if (body.bytes > room) return false;
    room -= body.bytes;
    bodies.push(body);
    return true;
  });
  return { taken: numbersOf(taken), bodies, room };
}

test('lines that fit go in one body', () => {
  const { taken, bodies } = sendOver(createLines(1, 10));
  expect([taken.length, bodies.length]).toEqual([10, 1]);
});

test('a body is its lines, joined by newlines', () => {
  const { bodies } = sendOver([createLine(1, { text: 'é', bytes: 2 }), createLine(2, { text: 'b', bytes: 1 })]);
  expect(bodies).toEqual([{ text: 'é\nb', bytes: 4, lines: 2 }]);
});

test('errors go first, in their order, then the others in theirs', () => {
  const levels = ['info', 'error', 'debug', 'fatal', 'warn'] as const;
  const { taken } = sendOver(levels.map((level, i) => createLine(i + 1, { level })));
  expect(taken).toEqual([2, 4, 1, 3, 5]);
});

test('no line makes no beacon', () => {
  expect(sendOver([]).bodies).toEqual([]);
});

test('65,536 bytes go in one body', () => {
  const { bodies } = sendOver([createLine(1, { bytes: 30_000 }), createLine(2, { bytes: 35_535 })]);
  expect(bodies.map(({ bytes }) => bytes)).toEqual([65_536]);
});

test('65,537 bytes go in two', () => {
  const { bodies } = sendOver([createLine(1, { bytes: 30_000 }), createLine(2, { bytes: 35_536 })]);
  expect(bodies.map(({ bytes }) => bytes)).toEqual([30_000, 35_536]);
});

test('of more than fits, the first go', () => {
  const { taken } = sendOver(createLines(1, 100, { bytes: 1_000 }));
  expect(taken).toEqual(Array.from({ length: 65 }, (_, i) => i + 1));
});

test('a refused body is halved until it fits', () => {
  const { taken } = sendOver(createLines(1, 100, { bytes: 1_000 }), 20_000);
  expect(taken.length).toBeGreaterThanOrEqual(18);
});

test('what was taken is what fits: no more is claimed', () => {
  const { taken, room } = sendOver(createLines(1, 100, { bytes: 1_000 }), 20_000);
  expect(20_000 - room).toBeGreaterThanOrEqual(taken.length * 1_000);
});

test('where nothing is taken, nothing is claimed', () => {
  expect(beaconLines(createLines(1, 1_000), () => false)).toEqual([]);
});

test('where nothing is taken, few beacons are tried', () => {
  let tries = 0;
  beaconLines(createLines(1, 10_000), () => ++tries < 0);
  expect(tries).toBeLessThanOrEqual(20);
});

describe('a line that does not fit', () => {
  test('does not block those after it', () => {
    const { taken } = sendOver([createLine(1, { bytes: 10_000, level: 'error' }), ...createLines(2, 5)], 5_000);
    expect(taken).toEqual([2, 3, 4, 5]);
  });

  test('in the middle does not block those after it', () => {
    const { taken } = sendOver([createLine(1), createLine(2, { bytes: 10_000 }), createLine(3)], 5_000);
    expect(taken).toEqual([1, 3]);
  });

  test('beyond 64 KiB does not block those after it', () => {
    const { taken } = sendOver([createLine(1, { bytes: 70_000 }), createLine(2)]);
    expect(taken).toEqual([2]);
  });
});

test('the lines that were given keep their order', () => {
  const lines = [createLine(1), createLine(2, { level: 'error' })];
  sendOver(lines);
  expect(numbersOf(lines)).toEqual([1, 2]);
});
