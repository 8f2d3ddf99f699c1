// How lines that earlier pages left behind come back.
import { describe, expect, test } from 'vitest';
import type { StoredLines } from '../../src/browser/lineStore.js';
import { numbersOf } from './createLine.js';
import { promisesSettled } from './manualTimers.js';
import { createFakeStore, createRig, leftBy } from './persistRig.js';

describe('lines of earlier pages', () => {
  test('are put before all others', async () => {
    const { buffer, persistence, log } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    log();
    await persistence.begin();
    expect(buffer.waiting().map(({ id }) => id)).toEqual(['A-1', 'A-2', 'W-1']);
  });

  test('are told of, so that they are sent', async () => {
    const { persistence, adoptions } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    await persistence.begin();
    expect(adoptions).toEqual([[1, 2]]);
  });

  test('are removed from disk once they are delivered', async () => {
    const { store, persistence, deliver } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    await persistence.begin();
    deliver();
    await promisesSettled();
    expect(store.left()).toEqual([]);
  });

  test('stay on disk until they are delivered', async () => {
    const { store, persistence } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    await persistence.begin();
    expect(store.left()).toEqual([1, 2]);
  });

  test('are not saved a second time', async () => {
    const { timers, store, persistence } = createRig({ fake: createFakeStore(leftBy('A', 1, 2)) });
    await persistence.begin();
    await timers.advance(1_000);
    expect(store.saves).toEqual([]);
  });

  test('of pages that are alive are left alone', async () => {
    const fake = createFakeStore([...leftBy('A', 1, 2), ...leftBy('B', 3, 4)]);
    const { buffer, persistence } = createRig({ fake, livingWriters: async () => new Set(['A']) });
    await persistence.begin();
    expect(numbersOf(buffer.waiting())).toEqual([3, 4]);
  });

  test('are not the page’s own', async () => {
    const { buffer, persistence, log } = createRig();
    log();
    await promisesSettled();
    await persistence.begin();
    expect(numbersOf(buffer.waiting())).toEqual([1]);
  });

  test('come 50 records at a time: a large backlog is not all in memory', async () => {
    const { buffer, persistence } = createRig({ fake: createFakeStore(leftBy('A', 1, 120)) });
    await persistence.begin();
    expect(buffer.waiting()).toHaveLength(50);
  });

  test('come on as those before them are delivered, to the last', async () => {
    const { store, persistence, deliver, timers } = createRig({ fake: createFakeStore(leftBy('A', 1, 120)) });
    await persistence.begin();
    for (let i = 0; i < 3; i++) {
      deliver();
      await timers.advance(0);
    }
    expect(store.left()).toEqual([]);
  });

  test('behind 50 records of pages that are alive are found', async () => {
    const fake = createFakeStore([...leftBy('A', 1, 50), ...leftBy('B', 51, 52)]);
    const { buffer, persistence } = createRig({ fake, livingWriters: async () => new Set(['A']) });
    await persistence.begin();
    expect(numbersOf(buffer.waiting())).toEqual([51, 52]);
  });

  test('in a record of another version are left alone', async () => {
    const unreadable: StoredLines = { key: ['b', 'A', 1], lines: [] };
    const { store, buffer, persistence } = createRig({ fake: createFakeStore([unreadable, ...leftBy('B', 2, 2)]) });
    await persistence.begin();
    expect([numbersOf(buffer.waiting()), store.records.size]).toEqual([[2], 2]);
  });

  test('that cannot be read are one sentence of trouble', async () => {
    const fake = createFakeStore(leftBy('A', 1, 2));
    fake.works = 'fails';
    const { persistence, troubles } = createRig({ fake });
    await persistence.begin();
    expect(troubles).toEqual(['storage']);
  });
});
