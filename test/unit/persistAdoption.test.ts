// How lines that earlier pages left behind come back.
import { describe, expect, test } from 'vitest';
import type { StoredLines } from '../../src/browser/record.js';
import { numbersOf } from './createLine.js';
import { promisesSettled } from './manualTimers.js';
import { createFakeStore, createRig, leftBy } from './persistRig.js';

describe('lines of earlier pages', () => {
  test('are put before all others', async () => {
    const { buffer, adoption, log } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    log();
    await adoption.begin();
    expect(buffer.waiting().map(({ id }) => id)).toEqual(['A-1', 'A-2', 'W-1']);
  });

  test('are told of, so that they are sent', async () => {
    const { adoption, adoptions } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    await adoption.begin();
    expect(adoptions).toEqual([[1, 2]]);
  });

  test('are removed from disk once they are delivered', async () => {
    const { store, adoption, deliver } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    await adoption.begin();
    deliver();
    await promisesSettled();
    expect(store.left()).toEqual([]);
  });

  test('stay on disk until they are delivered', async () => {
    const { store, adoption } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    await adoption.begin();
    expect(store.left()).toEqual([1, 2]);
  });

  test('are not saved a second time', async () => {
    const { timers, store, adoption } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    await adoption.begin();
    await timers.advance(1_000);
    expect(store.saves).toEqual([]);
  });

  test('of pages that are alive are left alone', async () => {
    const fake = createFakeStore([...leftBy('A', 1, 2), ...leftBy('B', 3, 4)]);
    const { buffer, adoption } = createRig({ fake, livingWriters: async () => new Set(['A']) });
    await adoption.begin();
    expect(numbersOf(buffer.waiting())).toEqual([3, 4]);
  });

  test('are not the page’s own', async () => {
    const { buffer, adoption, log } = createRig();
    log();
    await promisesSettled();
    await adoption.begin();
    expect(numbersOf(buffer.waiting())).toEqual([1]);
  });

  test('come 256 KiB at a time: a large backlog is not all in memory', async () => {
    const fake = createFakeStore(leftBy('A', 1, 20, 32 * 1024));
    const { buffer, adoption } = createRig({ fake });
    await adoption.begin();
    expect(buffer.waiting()).toHaveLength(8);
  });

  test('come on as those before them are delivered, to the last', async () => {
    const { store, adoption, deliver, timers } = createRig({ fake: createFakeStore(leftBy('A', 1, 20, 32 * 1024)) });
    await adoption.begin();
    for (let i = 0; i < 3; i++) {
      deliver();
      await timers.advance(0);
    }
    expect(store.left()).toEqual([]);
  });

  test('behind many records of a page that is alive are found', async () => {
    const fake = createFakeStore([...leftBy('A', 1, 600), ...leftBy('B', 601, 602)]);
    const { buffer, adoption } = createRig({ fake, livingWriters: async () => new Set(['A']) });
    await adoption.begin();
    expect(numbersOf(buffer.waiting())).toEqual([601, 602]);
  });

  test('in a record of another version are left alone', async () => {
    const unreadable: StoredLines = { key: ['b', 'A', 1, 5], lines: [] };
    const { store, buffer, adoption } = createRig({ fake: createFakeStore([unreadable, ...leftBy('B', 2, 2)]) });
    await adoption.begin();
    expect([numbersOf(buffer.waiting()), store.records.size]).toEqual([[2], 2]);
  });

  test('that cannot be read are one sentence of trouble', async () => {
    const fake = createFakeStore(leftBy('A', 1, 2));
    fake.works = 'fails';
    const { adoption, troubles } = createRig({ fake });
    await adoption.begin();
    expect(troubles).toEqual(['storage']);
  });
});

describe('one page at a time', () => {
  const left = () => createFakeStore(leftBy('A', 1, 2));

  test('nothing is adopted while another page that is alive does', async () => {
    const fake = left();
    fake.claimedBy = 'B';
    const { buffer, adoption } = createRig({ fake, livingWriters: async () => new Set(['B']) });
    await adoption.begin();
    expect(buffer.waiting()).toEqual([]);
  });

  test('what a page that is gone had claimed is adopted', async () => {
    const fake = left();
    fake.claimedBy = 'B';
    const { buffer, adoption, store } = createRig({ fake });
    await adoption.begin();
    expect([numbersOf(buffer.waiting()), store.claimedBy]).toEqual([[1, 2], 'W']);
  });

  test('a page that dies later is found within 15 seconds', async () => {
    const living = new Set(['A']);
    const { buffer, adoption, timers } = createRig({ fake: left(), livingWriters: async () => living });
    await adoption.begin();
    living.clear();
    await timers.advance(15_000);
    expect(numbersOf(buffer.waiting())).toEqual([1, 2]);
  });

  test('what another page has claimed meanwhile is given up, and stays on disk', async () => {
    const { buffer, adoption, timers, store } = createRig({ fake: left(), livingWriters: async () => new Set(['B']) });
    await adoption.begin();
    store.claimedBy = 'B';
    await timers.advance(15_000);
    expect([buffer.waiting(), store.left()]).toEqual([[], [1, 2]]);
  });

  test('a page that was frozen looks anew at what it had adopted', async () => {
    const { buffer, adoption, timers, store } = createRig({ fake: left() });
    await adoption.begin();
    store.records.clear(); // another has delivered it
    adoption.resume();
    await timers.advance(0);
    expect(buffer.waiting()).toEqual([]);
  });

  test('the disk is not read, and nobody is asked, where nobody left anything', async () => {
    let asked = 0;
    const livingWriters = async () => {
      asked += 1;
      return new Set<string>();
    };
    const { adoption, timers, store, log } = createRig({ livingWriters });
    log();
    await promisesSettled();
    await adoption.begin();
    await timers.advance(60_000);
    expect([asked, store.reads]).toEqual([0, []]);
  });
});

describe('lines that were handed to beacons', () => {
  const left = () => {
    const handedOver = { key: ['b', 'A', 0] as const, lines: [], handedOver: ['A-1..2'] };
    return createFakeStore([handedOver, ...leftBy('A', 1, 3)]);
  };

  test('are sent again', async () => {
    const { buffer, adoption } = createRig({ fake: left() });
    await adoption.begin();
    expect(numbersOf(buffer.waiting())).toEqual([1, 2, 3]);
  });

  test('are taken for delivered where beacons are trusted', async () => {
    const { buffer, adoption, store } = createRig({ fake: left(), trustsBeacons: () => true });
    await adoption.begin();
    await promisesSettled();
    expect([numbersOf(buffer.waiting()), store.left()]).toEqual([[3], [3]]);
  });

  test('are forgotten once none of their writer is left', async () => {
    const { adoption, deliver, timers, store } = createRig({ fake: left() });
    await adoption.begin();
    deliver();
    await timers.advance(15_000);
    expect(store.records.size).toBe(0);
  });
});
