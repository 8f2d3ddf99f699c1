// Mirrors the memory buffer to IndexedDB, and brings back what earlier pages left there.
import type { Timers } from '../core/flusher.js';
import { isUrgent } from '../core/levels.js';
import type { Buffer, Line } from '../core/memoryBuffer.js';
import type { ReportTrouble } from '../core/trouble.js';
import { parseId } from '../core/writer.js';
import type { LineStore, RecordKey, StoredLines } from './lineStore.js';

export interface PersistenceOptions {
  readonly store: LineStore;
  readonly buffer: Buffer;
  readonly bufferName: string;
  /** The writer of this page's own lines. */
  readonly writerName: string;
  readonly timers: Timers;
  now(): number;
  report: ReportTrouble;
  /** The writers of other pages that are alive: their lines are not ours to send. */
  livingWriters(): Promise<ReadonlySet<string>>;
  /** Lines of earlier pages were put into the buffer. */
  onAdopted(): void;
}

export interface Persistence {
  pushed(line: Line): void;
  settled(lines: readonly Line[]): void;
  /** Saves what is not saved yet, inside the call if the database is open. */
  saveNow(): void;
  /** Opens the database, and puts what pages that are gone left unsent into the buffer, some at a time. */
  begin(): Promise<void>;
  /** What was saved may be gone: all that is not settled is saved once more. */
  saveAgain(): void;
  saved(): number;
}

/** Lines are coalesced into one record for this long. */
const saveEveryMs = 100;
/** Storms of errors are coalesced too, for less long. */
const urgentEveryMs = 10;
/** After a failure: memory only, then the disk is tried again. */
const retryAfterMs = 30_000;
const answerWithinMs = 10_000;
const recordsAtOnce = 50;

interface StoredRecord {
  readonly key: RecordKey;
  unsettled: number;
  committed: boolean;
}

export function createPersistence(options: PersistenceOptions): Persistence {
  const { store, buffer, bufferName, timers, now, report } = options;
  const unsaved = new Set<Line>();
  const records = new Map<Line, StoredRecord>();
  let savedAt = Number.NEGATIVE_INFINITY;
  let urgentSavedAt = Number.NEGATIVE_INFINITY;
  let notBefore = 0;
  let timer: unknown;
  let timerAt = Number.POSITIVE_INFINITY;
  let unadopted: { after: RecordKey | undefined } | undefined;

  function saveAt(at: number): void {
    if (at <= now()) saveNow();
    if (at <= now() || at >= timerAt) return;
    timers.clear(timer);
    timerAt = at;
    timer = timers.set(saveNow, at - now());
  }

  function saveNow(): void {
    timers.clear(timer);
    timerAt = Number.POSITIVE_INFINITY;
    if (unsaved.size === 0) return;
    notBefore = Math.min(notBefore, now() + retryAfterMs); // no later, where somebody set the clock back
    if (now() < notBefore) {
      saveAt(notBefore);
      return;
    }
    savedAt = now();
    const lines = [...unsaved];
    if (lines.some((line) => isUrgent(line.level))) urgentSavedAt = savedAt;
    unsaved.clear();
    const key = keyOf(bufferName, lines[0] as Line);
    const record: StoredRecord = { key, unsettled: lines.length, committed: false };
    for (const line of lines) records.set(line, record);
    const written = inTime(() => store.save(key, lines));
    written.then(
      () => {
        record.committed = true;
      },
      (cause) => {
        for (const line of lines) if (records.delete(line)) unsaved.add(line);
        fail(cause);
      },
    );
  }

  function fail(cause: unknown): void {
    notBefore = now() + retryAfterMs;
    const reason = (cause as Error)?.message ?? String(cause);
    report('storage', `Lines cannot be kept in IndexedDB (${reason}); they are kept in memory for now.`, cause);
    if (unsaved.size > 0) saveAt(notBefore);
  }

  // A database may never answer: a page restored from the back/forward cache, a disk that hangs.
  function inTime<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const limit = timers.set(() => reject(new Error('IndexedDB did not answer')), answerWithinMs);
      const end = <R>(settle: (result: R) => void) => {
        return (result: R) => {
          timers.clear(limit);
          settle(result);
        };
      };
      try {
        work().then(end(resolve), end(reject));
      } catch (cause) {
        end(reject)(cause);
      }
    });
  }

  function removeRecords(keys: readonly RecordKey[]): void {
    if (keys.length > 0) inTime(() => store.remove(keys)).catch(fail);
  }

  function readNext(living: ReadonlySet<string>, found: readonly StoredLines[]): Line[] {
    const adopted: Line[] = [];
    for (const { key, lines } of found) {
      const unreadable = lines.length === 0; // of another version: left alone
      if (unreadable || living.has(key[1]) || key[1] === options.writerName) continue;
      const record: StoredRecord = { key, unsettled: lines.length, committed: true };
      for (const line of lines) records.set(line, record);
      adopted.push(...lines);
    }
    return adopted;
  }

  async function adopt(): Promise<void> {
    let after = unadopted?.after;
    unadopted = undefined;
    try {
      // Opened at once, while others answer: only then is an error saved inside its call.
      const [living] = await Promise.all([options.livingWriters(), inTime(store.open)]);
      for (;;) {
        const found = await inTime(() => store.readAfter(after, recordsAtOnce));
        const lines = readNext(living, found);
        after = found[found.length - 1]?.key;
        if (lines.length > 0) {
          if (found.length === recordsAtOnce) unadopted = { after };
          buffer.adopt(lines);
          options.onAdopted();
          return;
        }
        if (found.length < recordsAtOnce) return;
      }
    } catch (cause) {
      fail(cause);
    }
  }

  return {
    pushed(line) {
      unsaved.add(line);
      const at = isUrgent(line.level) ? urgentSavedAt + urgentEveryMs : savedAt + saveEveryMs;
      saveAt(Math.min(at, now() + saveEveryMs)); // no later, where somebody set the clock back
    },
    settled(lines) {
      const done: RecordKey[] = [];
      for (const line of lines) {
        unsaved.delete(line);
        const record = records.get(line);
        if (!record) continue;
        records.delete(line);
        record.unsettled -= 1;
        if (record.unsettled === 0) done.push(record.key);
      }
      removeRecords(done);
      if (unadopted && !buffer.waiting().some((line) => line.adopted)) void adopt();
    },
    saveNow() {
      notBefore = 0; // it may be the last chance: the disk is tried, whatever it said before
      saveNow();
    },
    begin: adopt,
    saveAgain() {
      for (const line of records.keys()) unsaved.add(line);
      records.clear();
      if (unsaved.size > 0) saveAt(now() + saveEveryMs);
    },
    saved() {
      let count = 0;
      for (const [line, record] of records) if (record.committed && !line.adopted) count += 1;
      return count;
    },
  };
}

function keyOf(bufferName: string, line: Line): RecordKey {
  const { writer, sequence } = parseId(line.id);
  return [bufferName, writer, sequence];
}
