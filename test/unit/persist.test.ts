// When lines are saved and removed. The store is a fake: it answers as told.
import { describe, expect, test } from 'vitest';
import type { Level } from '../../src/core/types.js';
import { numbersOf } from './createLine.js';
import { promisesSettled } from './manualTimers.js';
import { createFakeStore, createRig, leftBy } from './persistRig.js';

describe('a line is saved', () => {
  test('at once, inside the call, after a quiet spell', () => {
    const { store, log } = createRig();
    log();
    expect(store.saves).toEqual([[1]]);
  });

  test('within 100 ms, with all that came meanwhile, where one was saved just before', async () => {
    const { timers, store, log } = createRig();
    log();
    await timers.advance(30);
    log();
    await timers.advance(30);
    log();
    await timers.advance(40);
    expect(store.saves).toEqual([[1], [2, 3]]);
  });

  test('not sooner than 100 ms after the save before', async () => {
    const { timers, store, log } = createRig();
    log();
    log();
    await timers.advance(99);
    expect(store.saves).toEqual([[1]]);
  });

  test.each<Level>(['error', 'fatal'])('at once and with all that waits when it is of level %s', async (level) => {
    const { timers, store, log } = createRig();
    log();
    await timers.advance(10);
    log();
    log(level);
    expect(store.saves).toEqual([[1], [2, 3]]);
  });

  test('at once, inside the call, where it is an error and an info was saved just before', async () => {
    const { store, log } = createRig();
    log();
    log('error');
    expect(store.saves).toEqual([[1], [2]]);
  });

  test('after 10 ms in a storm of errors, in one record', async () => {
    const { timers, store, log } = createRig();
    for (let i = 0; i < 5; i++) log('error');
    await timers.advance(10);
    expect(store.saves).toEqual([[1], [2, 3, 4, 5]]);
  });

  test('inside saveNow', async () => {
    const { store, log, persistence } = createRig();
    log();
    log();
    persistence.saveNow();
    expect(store.saves).toEqual([[1], [2]]);
  });

  test('under its buffer, writer, first sequence number and bytes', async () => {
    const { store, log } = createRig();
    log();
    await promisesSettled();
    expect([...store.records.keys()]).toEqual(['["b","W",1,100]']);
  });

  test('within 100 ms, also where the clock has been set back', async () => {
    const { timers, store, log } = createRig();
    log();
    timers.setClock(-24 * 3_600_000);
    log();
    await timers.advance(100);
    expect(store.saves).toEqual([[1], [2]]);
  });
});

test('nothing is saved where nothing is unsaved', () => {
  const { store, persistence } = createRig();
  persistence.saveNow();
  expect(store.saves).toEqual([]);
});

describe('a record', () => {
  test('is removed once its last line is settled', async () => {
    const { timers, store, log, deliver } = createRig();
    log();
    log();
    log();
    await timers.advance(100);
    deliver();
    await promisesSettled();
    expect(store.left()).toEqual([]);
  });

  test('stays while one of its lines is not settled', async () => {
    const { timers, store, log, deliver } = createRig();
    log();
    log();
    log();
    await timers.advance(100);
    deliver(2);
    await promisesSettled();
    expect(store.left()).toEqual([2, 3]);
  });

  test('is not made of a line that was delivered before its save', async () => {
    const { timers, store, log, deliver } = createRig();
    log();
    log();
    deliver();
    await timers.advance(100);
    expect([store.saves, store.left()]).toEqual([[[1]], []]);
  });
});

describe('a line that was dropped', () => {
  test('leaves the disk within 100 ms, though others of its record stay', async () => {
    const { timers, store, buffer, log } = createRig();
    for (let i = 0; i < 4; i++) log();
    await timers.advance(100);
    buffer.settle(buffer.take(Number.POSITIVE_INFINITY, 3), 'refused');
    await timers.advance(100);
    expect([store.left(), store.saves]).toEqual([[4], [[1], [2, 3, 4], [4]]]);
  });

  test('leaves it in the transaction that saves the report of it', async () => {
    const writes: [number[], number][] = [];
    const fake = createFakeStore();
    const { write } = fake;
    fake.write = (written, removed) => {
      writes.push([written.flatMap(({ lines }) => numbersOf(lines)), removed.length]);
      return write(written, removed);
    };
    const { timers, buffer, log } = createRig({
      fake,
      catchUp: () => void (buffer.waiting().length < 2 && log('warn')),
    });
    for (let i = 0; i < 3; i++) log();
    await timers.advance(100);
    buffer.settle(buffer.take(Number.POSITIVE_INFINITY, 2), 'refused');
    await timers.advance(100);
    expect(writes).toEqual([
      [[1], 0],
      [[2, 3], 0],
      [[4, 3], 2],
    ]);
  });

  test('stays on disk where its removal fails, until that works', async () => {
    const { timers, store, buffer, log } = createRig();
    log();
    await timers.advance(100);
    store.works = 'fails';
    buffer.settle(buffer.take(Number.POSITIVE_INFINITY), 'refused');
    await timers.advance(100);
    store.works = 'yes';
    const before = store.left();
    await timers.advance(30_000);
    expect([before, store.left()]).toEqual([[1], []]);
  });
});

describe('saved', () => {
  test('counts lines whose record is committed', async () => {
    const { persistence, log } = createRig();
    log();
    const before = persistence.saved();
    await promisesSettled();
    expect([before, persistence.saved()]).toEqual([0, 1]);
  });

  test('counts no line that has left', async () => {
    const { persistence, log, deliver } = createRig();
    log();
    await promisesSettled();
    deliver();
    expect(persistence.saved()).toBe(0);
  });

  test('counts no line of an earlier page', async () => {
    const { persistence, adoption } = createRig({ fake: createFakeStore(leftBy('A', 1, 3)) });
    await adoption.begin();
    expect(persistence.saved()).toBe(0);
  });
});

test('a delivery whose record cannot be removed is no exception', async () => {
  const { store, troubles, log, deliver } = createRig();
  log();
  await promisesSettled();
  store.works = 'fails';
  deliver();
  await promisesSettled();
  expect(troubles).toEqual(['storage']);
});
