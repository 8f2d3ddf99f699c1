// Persistence over a real buffer and a store that is a fake: it answers as told.
import { type AdoptionOptions, createAdoption } from '../../src/browser/adoption.js';
import { createInTime } from '../../src/browser/inTime.js';
import type { FoundRecord, LineStore } from '../../src/browser/lineStore.js';
import { createPersistence, type PersistenceOptions } from '../../src/browser/persist.js';
import type { RecordKey, StoredLines } from '../../src/browser/record.js';
import { createMemoryBuffer, type Line } from '../../src/core/memoryBuffer.js';
import type { Level } from '../../src/core/types.js';
import { createLine, createLines, numbersOf } from './createLine.js';
import { createManualTimers } from './manualTimers.js';

const never = new Promise<never>(() => {});

/** Records in memory. `works` says how it answers: in time, with an error, by throwing, or never. */
export function createFakeStore(records: FoundRecord[] = []) {
  const store = {
    works: 'yes' as 'yes' | 'fails' | 'throws' | 'hangs',
    saves: [] as number[][],
    reads: [] as number[],
    resets: 0,
    claimedBy: undefined as string | undefined,
    records: new Map<string, FoundRecord>(records.map((record) => [JSON.stringify(record.key), record])),
    open: async () => {},
    async write(written: readonly StoredLines[], removed: readonly RecordKey[]) {
      if (written.length > 0) store.saves.push(written.flatMap(({ lines }) => numbersOf(lines)));
      await store.answer();
      for (const key of removed) store.records.delete(JSON.stringify(key));
      for (const record of written) store.records.set(JSON.stringify(record.key), record);
    },
    async keysAfter(after: RecordKey | undefined, count: number) {
      await store.answer();
      const keys = [...store.records.values()].map(({ key }) => key);
      const rest = keys.filter((key) => !after || compare(key, after) > 0);
      return rest.sort(compare).slice(0, count);
    },
    async read(keys: readonly RecordKey[]) {
      await store.answer();
      store.reads.push(keys.length);
      return keys.map((key) => store.records.get(JSON.stringify(key)) ?? { key, lines: [] });
    },
    async noteHandedOver(writer: string, handedOver: readonly string[]) {
      await store.answer();
      const key: RecordKey = ['b', writer, 0];
      store.records.set(JSON.stringify(key), { key, lines: [], handedOver });
    },
    async claim(writer: string, _forMs: number, over?: string) {
      await store.answer();
      if (store.claimedBy !== undefined && ![writer, over].includes(store.claimedBy)) return store.claimedBy;
      store.claimedBy = writer;
      return undefined;
    },
    claimant: async () => store.claimedBy,
    readAnnouncement: async () => undefined,
    keepAnnouncement: async () => {},
    reset: () => void store.resets++,
    answer: () => (store.works === 'hangs' ? never : store.works === 'fails' ? fail() : undefined),
    left: () => [...store.records.values()].flatMap(({ lines }) => numbersOf(lines)).sort((a, b) => a - b),
  };
  return store;
}

const fail = () => Promise.reject(new Error('disk full'));
const compare = (a: RecordKey, b: RecordKey): number => (a[1] === b[1] ? a[2] - b[2] : a[1] < b[1] ? -1 : 1);

type RigOptions = Partial<PersistenceOptions & AdoptionOptions> & { fake?: ReturnType<typeof createFakeStore> };

export function createRig(options: RigOptions = {}) {
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
    onSettled(lines, fate) {
      persistence.settled(lines, fate);
      adoption.settled(lines);
    },
  });
  const store: LineStore = {
    ...fake,
    write: (written, removed) => {
      if (fake.works === 'throws') throw new Error('closed');
      return fake.write(written, removed);
    },
  };
  const inTime = createInTime(timers);
  const persistence = createPersistence({
    store,
    bufferName: 'b',
    timers,
    inTime,
    now: timers.now,
    report: (kind) => void troubles.push(kind),
    catchUp() {},
    ...options,
  });
  const adoption = createAdoption({
    store,
    buffer,
    writerName: 'W',
    timers,
    inTime,
    livingWriters: async () => new Set(),
    trim: async () => {},
    trustsBeacons: () => false,
    onFound: persistence.adopted,
    onTrusted: (lines) => persistence.settled(lines, 'delivered'),
    onAdopted: () => void adoptions.push(numbersOf(buffer.waiting())),
    onAbandoned: persistence.abandoned,
    onFailed: persistence.failed,
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
  return { timers, store: fake, buffer, persistence, adoption, troubles, adoptions, log, deliver };
}

/** Records that a page that is gone left behind: one a line. */
export const leftBy = (writer: string, first: number, last: number, bytes = 100): StoredLines[] =>
  createLines(first, last, { adopted: true, bytes }).map((line) => {
    const sequence = Number(line.id.split('-')[1]);
    return { key: ['b', writer, sequence, bytes], lines: [{ ...line, id: `${writer}-${sequence}` }] };
  });
