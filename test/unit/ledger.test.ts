// Every line's fate, counted.
import { describe, expect, test } from 'vitest';
import { createLedger } from '../../src/core/ledger.js';
import { createLine, createLines } from './createLine.js';

describe('stats', () => {
  test('start at nothing', () => {
    expect(createLedger().stats(0)).toEqual({
      logged: 0,
      buffered: 0,
      saved: 0,
      delivered: 0,
      retried: 0,
      bytes: 0,
      dropped: {},
    });
  });

  test('count what is logged as buffered, until its fate is known', () => {
    const ledger = createLedger();
    for (let i = 0; i < 5; i++) ledger.logged();
    ledger.settled(createLines(1, 2), 'delivered');
    ledger.settled([createLine(3)], 'buffer_full');
    ledger.droppedUnnumbered('info', 'encoding');
    expect(ledger.stats(0)).toMatchObject({
      logged: 5,
      buffered: 1,
      delivered: 2,
      dropped: { buffer_full: 1, encoding: 1 },
    });
  });

  test('take back what was counted before the level was known', () => {
    const ledger = createLedger();
    for (let i = 0; i < 5; i++) ledger.logged();
    ledger.unlogged(3);
    expect(ledger.stats(0)).toMatchObject({ logged: 2, buffered: 2 });
  });

  test('leave lines of earlier pages out, delivered or dropped', () => {
    const ledger = createLedger();
    ledger.settled(createLines(1, 2, { adopted: true }), 'delivered');
    ledger.settled(createLines(3, 4, { adopted: true }), 'too_old');
    expect(ledger.stats(0)).toMatchObject({ logged: 0, buffered: 0, delivered: 0, dropped: {} });
  });

  test('count bytes and repeats', () => {
    const ledger = createLedger();
    ledger.sent(100);
    ledger.sent(100);
    ledger.retried();
    expect(ledger.stats(7)).toMatchObject({ bytes: 200, retried: 1, saved: 7 });
  });

  test('that were given do not change later', () => {
    const ledger = createLedger();
    const before = ledger.stats(0);
    ledger.settled([createLine(1)], 'refused');
    expect(before.dropped).toEqual({});
  });
});

describe('the report of drops', () => {
  test('is none where nothing was dropped', () => {
    const ledger = createLedger();
    ledger.settled([createLine(1)], 'delivered');
    expect(ledger.takeDropReport()).toBeUndefined();
  });

  test('counts by reason and level', () => {
    const ledger = createLedger();
    ledger.settled([createLine(1), createLine(2, { level: 'debug' })], 'buffer_full');
    ledger.settled([createLine(3), createLine(4)], 'buffer_full');
    ledger.settled([createLine(5, { level: 'error' })], 'refused');
    expect(ledger.takeDropReport()).toMatchObject({
      total: 5,
      by_reason: { buffer_full: { info: 3, debug: 1 }, refused: { error: 1 } },
    });
  });

  test('names ids in ranges', () => {
    const ledger = createLedger();
    ledger.settled([...createLines(3, 5), createLine(7), ...createLines(9, 10)], 'too_old');
    expect(ledger.takeDropReport()?.ids).toEqual(['W-3..5', 'W-7', 'W-9..10']);
  });

  test('does not join ids of two writers', () => {
    const ledger = createLedger();
    ledger.settled([createLine(1), createLine(2, { id: 'V-2' })], 'too_old');
    expect(ledger.takeDropReport()?.ids).toEqual(['W-1', 'V-2']);
  });

  test('says how many ids found no room', () => {
    const ledger = createLedger();
    ledger.settled(
      Array.from({ length: 150 }, (_, i) => createLine(2 * i + 1)),
      'too_old',
    );
    expect(ledger.takeDropReport()).toMatchObject({ total: 150, ids: { length: 100 }, ids_left_out: 50 });
  });

  test('has lines of earlier pages in it', () => {
    const ledger = createLedger();
    ledger.settled([createLine(1, { adopted: true })], 'too_old');
    expect(ledger.takeDropReport()).toMatchObject({ total: 1, ids: ['W-1'] });
  });

  test('counts what never had an id', () => {
    const ledger = createLedger();
    ledger.droppedUnnumbered('warn', 'off');
    expect(ledger.takeDropReport()).toEqual({ total: 1, by_reason: { off: { warn: 1 } }, ids: [] });
  });

  test('is given once', () => {
    const ledger = createLedger();
    ledger.settled([createLine(1)], 'refused');
    ledger.takeDropReport();
    expect(ledger.takeDropReport()).toBeUndefined();
  });

  test('tells of a report that was dropped in its turn', () => {
    const ledger = createLedger();
    ledger.settled([createLine(1, { isDropReport: true, level: 'warn' })], 'too_old');
    expect(ledger.takeDropReport()).toMatchObject({ total: 1 });
  });

  test('does not tell of a report that was refused: the next would be refused too, without end', () => {
    const ledger = createLedger();
    ledger.settled([createLine(1, { isDropReport: true, level: 'warn' })], 'refused');
    expect([ledger.takeDropReport(), ledger.stats(0).dropped]).toEqual([undefined, { refused: 1 }]);
  });
});

describe('a tally', () => {
  test('counts what becomes of its lines, and of no others', () => {
    const ledger = createLedger();
    const lines = createLines(1, 4);
    const tally = ledger.tally(lines);
    ledger.settled([lines[0]!, createLine(9)], 'delivered');
    ledger.settled([lines[1]!], 'refused');
    expect(tally.result()).toEqual({ delivered: 1, dropped: 1, pending: 2 });
  });

  test('is settled when no line is pending', async () => {
    const ledger = createLedger();
    const lines = createLines(1, 2);
    const tally = ledger.tally(lines);
    const settled = tally.whenSettled();
    ledger.settled(lines, 'delivered');
    await expect(settled).resolves.toBeUndefined();
  });

  test('is settled at once where there are no lines', async () => {
    await expect(createLedger().tally([]).whenSettled()).resolves.toBeUndefined();
  });

  test('is settled at once where all was settled before it was asked', async () => {
    const ledger = createLedger();
    const lines = createLines(1, 2);
    const tally = ledger.tally(lines);
    ledger.settled(lines, 'delivered');
    await expect(tally.whenSettled()).resolves.toBeUndefined();
  });

  test('counts no more once it has ended', () => {
    const ledger = createLedger();
    const lines = createLines(1, 2);
    const tally = ledger.tally(lines);
    tally.end();
    ledger.settled(lines, 'delivered');
    expect(tally.result()).toEqual({ delivered: 0, dropped: 0, pending: 2 });
  });

  test('does not disturb another', () => {
    const ledger = createLedger();
    const lines = createLines(1, 2);
    const [one, other] = [ledger.tally(lines), ledger.tally(lines)];
    ledger.settled([lines[0]!], 'delivered');
    one.end();
    ledger.settled([lines[1]!], 'delivered');
    expect(other.result()).toEqual({ delivered: 2, dropped: 0, pending: 0 });
  });
});
