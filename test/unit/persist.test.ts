// When lines are saved and removed, and how those of earlier pages come back. The store is a fake: it answers as told.
import { describe, expect, test } from 'vitest';
import type { LineStore, RecordKey, StoredLines } from '../../src/browser/lineStore.js';
import { createPersistence, type PersistenceOptions } from '../../src/browser/persist.js';
import { createMemoryBuffer, type Line } from '../../src/core/memoryBuffer.js';
import type { Level } from '../../src/core/types.js';
import { createLine, createLines, numbersOf } from './createLine.js';
import { createManualTimers, promisesSettled } from './manualTimers.js';

const never = new Promise<never>(() => {});

/** Records in memory. `works` says how it answers: in time, with an error, by throwing, or never. */
function createFakeStore(records: StoredLines[] = []) {
  const store = {
    works: 'yes' as 'yes' | 'fails' | 'throws' | 'hangs',
    saves: [] as number[][],
    records: new Map(records.map((record) => [JSON.stringify(record.key), record])),
    open: async () => {},
    async save(key: RecordKey, lines: readonly Line[]) {
      store.saves.push(numbersOf(lines));
      await store.answer();
      store.records.set(JSON.stringify(key), { key, lines });
    },
    async remove(keys: readonly RecordKey[]) {
      await store.answer();
      for (const key of keys) store.records.delete(JSON.stringify(key));
    },
    async readAfter(after: RecordKey | undefined, count: number) {
      await store.answer();
      const rest = [...store.records.values()].filter(({ key }) => !after || compare(key, after) > 0);
      return rest.sort((a, b) => compare(a.key, b.key)).slice(0, count);
    },
    answer: () => (store.works === 'hangs' ? never : store.works === 'fails' ? fail() : undefined),
    left: () => [...store.records.values()].flatMap(({ lines }) => numbersOf(lines)).sort((a, b) => a - b),
  };
  return store;
}

const fail = () => Promise.reject(new Error('disk full'));
const compare = (a: RecordKey, b: RecordKey): number => (a[1] === b[1] ? a[2] - b[2] : a[1] < b[1] ? -1 : 1);

function createRig(options: Partial<PersistenceOptions> & { fake?: ReturnType<typeof createFakeStore> } = {}) {
  const timers = createManualTimers();
  const fake = options.fake ?? createFakeStore();
  const troubles: string[] = [];
  const adoptions: number[][] = [];
  let sequence = 0;
  const buffer = createMemoryBuffer({
    maxBytes: 1_000_000,
    maxAgeMs: Number.POSITIVE_INFINITY,
    lostAfterMs: Number.POSITIVE_INFINITY,
    now: timers.now,
    onSettled: (lines) => persistence.settled(lines),
  });
  const store: LineStore = {
    ...fake,
    save: (key, lines) => {
      if (fake.works === 'throws') throw new Error('closed');
      return fake.save(key, lines);
    },
  };
  const persistence = createPersistence({
    store,
    buffer,
    bufferName: 'b',
    writerName: 'W',
    timers,
    now: timers.now,
    report: (kind) => void troubles.push(kind),
    livingWriters: async () => new Set(),
    onAdopted: () => void adoptions.push(numbersOf(buffer.waiting())),
    ...options,
  });
  function log(level: Level = 'info'): Line {
    sequence += 1;
    const line = createLine(sequence, { level });
    buffer.push(line);
    persistence.pushed(line);
    return line;
  }
  const deliver = (count = Number.POSITIVE_INFINITY): void =>
    buffer.settle(buffer.take(Number.POSITIVE_INFINITY, count), 'delivered');
  return { timers, store: fake, buffer, persistence, troubles, adoptions, log, deliver };
}

/** Records that a page that is gone left behind: one a line. */
const leftBy = (writer: string, first: number, last: number): StoredLines[] =>
  createLines(first, last, { adopted: true }).map((line) => {
    const sequence = Number(line.id.split('-')[1]);
    return { key: ['b', writer, sequence], lines: [{ ...line, id: `${writer}-${sequence}` }] };
  });

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

  test('under its buffer, writer and first sequence number', async () => {
    const { store, log } = createRig();
    log();
    await promisesSettled();
    expect([...store.records.keys()]).toEqual(['["b","W",1]']);
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
    const { persistence } = createRig({ fake: createFakeStore(leftBy('A', 1, 3)) });
    await persistence.begin();
    expect(persistence.saved()).toBe(0);
  });
});

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
});

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

test('a delivery whose record cannot be removed is no exception', async () => {
  const { store, troubles, log, deliver } = createRig();
  log();
  await promisesSettled();
  store.works = 'fails';
  deliver();
  await promisesSettled();
  expect(troubles).toEqual(['storage']);
});
