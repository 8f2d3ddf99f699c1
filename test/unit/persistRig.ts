// Persistence over a real buffer and a store that is a fake: it answers as told.
import type { LineStore, RecordKey, StoredLines } from '../../src/browser/lineStore.js';
import { createPersistence, type PersistenceOptions } from '../../src/browser/persist.js';
import { createMemoryBuffer, type Line } from '../../src/core/memoryBuffer.js';
import type { Level } from '../../src/core/types.js';
import { createLine, createLines, numbersOf } from './createLine.js';
import { createManualTimers } from './manualTimers.js';

const never = new Promise<never>(() => {});

/** Records in memory. `works` says how it answers: in time, with an error, by throwing, or never. */
export function createFakeStore(records: StoredLines[] = []) {
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

export function createRig(options: Partial<PersistenceOptions> & { fake?: ReturnType<typeof createFakeStore> } = {}) {
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
export const leftBy = (writer: string, first: number, last: number): StoredLines[] =>
  createLines(first, last, { adopted: true }).map((line) => {
    const sequence = Number(line.id.split('-')[1]);
    return { key: ['b', writer, sequence], lines: [{ ...line, id: `${writer}-${sequence}` }] };
  });
