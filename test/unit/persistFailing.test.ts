// A database that does not work, or was lost: lines stay in memory and are saved once it works again.
import { describe, expect, test } from 'vitest';
import { numbersOf } from './createLine.js';
import { createRig } from './persistRig.js';

describe.each<['fails' | 'throws' | 'hangs']>([['fails'], ['throws'], ['hangs']])('a database that %s', (works) => {
  async function createFailedRig() {
    const rig = createRig();
    rig.store.works = works;
    rig.log();
    await rig.timers.advance(10_000);
    rig.store.works = 'yes';
    rig.store.saves.length = 0;
    return rig;
  }

  test('is one sentence of trouble', async () => {
    const { troubles } = await createFailedRig();
    expect(troubles).toEqual(['storage']);
  });

  test('costs no line: it stays in memory', async () => {
    const { buffer, persistence } = await createFailedRig();
    expect([numbersOf(buffer.pending()), persistence.saved()]).toEqual([[1], 0]);
  });

  test('is tried again after 30 seconds, though nothing is logged', async () => {
    const { timers, store } = await createFailedRig();
    await timers.advance(30_000);
    expect(store.left()).toEqual([1]);
  });

  test('is tried again after 30 seconds, though something is logged meanwhile', async () => {
    const { timers, store, log } = await createFailedRig();
    await timers.advance(10_000);
    log();
    await timers.advance(20_000);
    expect(store.left()).toEqual([1, 2]);
  });

  test('is left alone until then', async () => {
    const { timers, store, log } = await createFailedRig();
    log('error');
    await timers.advance(19_000);
    log();
    expect(store.saves).toEqual([]);
  });

  test('is tried at once by saveNow: the page may be going', async () => {
    const { timers, store, persistence } = await createFailedRig();
    persistence.saveNow();
    await timers.advance(0);
    expect(store.left()).toEqual([1]);
  });

  test('gets no line that was delivered meanwhile', async () => {
    const { timers, store, deliver } = await createFailedRig();
    deliver();
    await timers.advance(30_000);
    expect(store.saves).toEqual([]);
  });
});

describe('saveAgain, when the database was lost', () => {
  test('saves once more what is not delivered', async () => {
    const { timers, store, persistence, log } = createRig();
    log();
    await timers.advance(0);
    store.records.clear();
    persistence.saveAgain();
    await timers.advance(100);
    expect(store.left()).toEqual([1]);
  });

  test('counts nothing as saved until then', async () => {
    const { timers, persistence, log } = createRig();
    log();
    await timers.advance(0);
    persistence.saveAgain();
    expect(persistence.saved()).toBe(0);
  });

  test('saves nothing that was delivered', async () => {
    const { timers, store, persistence, log, deliver } = createRig();
    log();
    await timers.advance(0);
    deliver();
    persistence.saveAgain();
    await timers.advance(100);
    expect(store.left()).toEqual([]);
  });

  test('saves soon what failed because of it, whichever is told first', async () => {
    const lost = createRig();
    lost.store.works = 'fails';
    lost.log();
    lost.persistence.saveAgain(); // the failure comes in a microtask
    lost.store.works = 'yes';
    await lost.timers.advance(100);
    const failed = createRig();
    failed.store.works = 'fails';
    failed.log();
    await failed.timers.advance(0);
    failed.store.works = 'yes';
    failed.persistence.saveAgain();
    await failed.timers.advance(100);
    expect([lost.store.left(), failed.store.left()]).toEqual([[1], [1]]);
  });
});
