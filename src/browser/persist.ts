// Mirrors the memory buffer to IndexedDB: when lines are saved, and when what has left the buffer leaves the disk.
// Lines of earlier pages are brought back in adoption.ts.
import type { Timers } from '../core/flusher.js';
import { isUrgent } from '../core/levels.js';
import type { Fate, Line } from '../core/memoryBuffer.js';
import type { ReportTrouble } from '../core/trouble.js';
import type { InTime } from './inTime.js';
import type { LineStore } from './lineStore.js';
import { inRecords, type RecordKey } from './record.js';

export interface PersistenceOptions {
  readonly store: LineStore;
  readonly bufferName: string;
  readonly timers: Timers;
  readonly inTime: InTime;
  now(): number;
  report: ReportTrouble;
  /** Logs what was dropped, as a line that is then pushed. */
  catchUp(): void;
}

export interface Persistence {
  pushed(line: Line): void;
  settled(lines: readonly Line[], fate: Fate): void;
  /** Saves what is not saved yet, inside the call if the database is open. */
  saveNow(): void;
  /** Lines were read from the disk: their record goes when the last of them is settled. */
  adopted(key: RecordKey, lines: readonly Line[]): void;
  /** They are on disk, and somebody else's from now on. */
  abandoned(lines: readonly Line[]): void;
  /** What was saved may be gone: all that is not settled is saved once more. */
  saveAgain(): void;
  /** The page was frozen: nothing that was begun before need ever answer. */
  restart(): void;
  /** The database does not work: it is tried again later, and told once. */
  failed(cause: unknown): void;
  saved(): number;
}

/** Lines are coalesced into one record for this long. */
const saveEveryMs = 100;
/** Storms of errors are coalesced too, for less long. */
const urgentEveryMs = 10;
/** After a failure: memory only, then the disk is tried again. */
const retryAfterMs = 30_000;

interface HeldRecord {
  readonly key: RecordKey;
  readonly left: Set<Line>;
  committed: boolean;
}

export function createPersistence(options: PersistenceOptions): Persistence {
  const { store, bufferName, timers, inTime, now, report } = options;
  const unsaved = new Set<Line>();
  const records = new Map<Line, HeldRecord>();
  const shrunk = new Set<HeldRecord>(); // some of their lines were dropped: nobody must find those again
  let stale: RecordKey[] = []; // to be removed
  let savedAt = Number.NEGATIVE_INFINITY;
  let urgentSavedAt = Number.NEGATIVE_INFINITY;
  let notBefore = 0;
  let life = 0;
  let timer: unknown;
  let timerAt = Number.POSITIVE_INFINITY;

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
    // What was dropped leaves the disk together with the report of it: a kill in between leaves both or neither.
    if (shrunk.size > 0) options.catchUp();
    if (unsaved.size + shrunk.size + stale.length === 0) return;
    notBefore = Math.min(notBefore, now() + retryAfterMs); // no later, where somebody set the clock back
    if (now() < notBefore) {
      saveAt(notBefore);
      return;
    }
    for (const { key, left } of shrunk) {
      stale.push(key);
      for (const line of left) unsaved.add(line);
    }
    shrunk.clear();
    if (unsaved.size > 0) savedAt = now();
    const lines = [...unsaved];
    if (lines.some(isNeeded)) urgentSavedAt = savedAt;
    unsaved.clear();
    write(lines);
  }

  function write(lines: readonly Line[]): void {
    const removed = stale;
    stale = [];
    const written = inRecords(bufferName, lines);
    const held = written.map(({ key, lines }): HeldRecord => ({ key, left: new Set(lines), committed: false }));
    for (const record of held) hold(record);
    const begun = life;
    inTime(() => store.write(written, removed)).then(
      () => {
        for (const record of held) record.committed = true;
      },
      (cause) => {
        stale.push(...removed);
        if (begun === life) failed(cause);
      },
    );
  }

  const hold = (record: HeldRecord): void => {
    for (const line of record.left) records.set(line, record);
  };

  // A full disk: Chromium deletes the database and goes on with an empty one, Firefox goes read-only until it is
  // reopened. Nothing counts as saved any more.
  function failed(cause: unknown): void {
    store.reset();
    saveAgain();
    notBefore = now() + retryAfterMs;
    const reason = (cause as Error)?.message ?? String(cause);
    report('storage', `Lines cannot be kept in IndexedDB (${reason}); they are kept in memory for now.`, cause);
    if (unsaved.size + stale.length > 0) saveAt(notBefore);
  }

  function saveAgain(): void {
    for (const [line, { key }] of records) {
      unsaved.add(line);
      if (stale[stale.length - 1] !== key) stale.push(key);
    }
    records.clear();
    shrunk.clear();
  }

  return {
    pushed(line) {
      unsaved.add(line);
      const at = isNeeded(line) ? urgentSavedAt + urgentEveryMs : savedAt + saveEveryMs;
      saveAt(Math.min(at, now() + saveEveryMs)); // no later, where somebody set the clock back
    },
    settled(lines, fate) {
      for (const line of lines) {
        unsaved.delete(line);
        const record = records.get(line);
        if (!record) continue;
        records.delete(line);
        record.left.delete(line);
        if (fate !== 'delivered') shrunk.add(record);
        else if (record.left.size === 0 && !shrunk.has(record)) stale.push(record.key);
      }
      if (shrunk.size > 0) saveAt(now() + saveEveryMs);
      else if (stale.length > 0 && now() >= notBefore) write([]);
    },
    saveNow() {
      notBefore = 0; // it may be the last chance: the disk is tried, whatever it said before
      saveNow();
    },
    adopted: (key, lines) => hold({ key, left: new Set(lines), committed: true }),
    abandoned(lines) {
      for (const line of lines) {
        unsaved.delete(line);
        records.delete(line);
      }
    },
    saveAgain() {
      // What was under way when the database was lost fails too, before or after we are told.
      life += 1;
      notBefore = 0;
      saveAgain();
      if (unsaved.size > 0) saveAt(now() + saveEveryMs);
    },
    restart() {
      life += 1;
      store.reset();
      saveAgain();
      notBefore = 0;
      saveNow();
    },
    failed,
    saved() {
      let count = 0;
      for (const [line, record] of records) if (record.committed && !line.adopted) count += 1;
      return count;
    },
  };
}

// A report of drops, once it is on disk, must find them gone there.
const isNeeded = (line: Line): boolean => isUrgent(line.level) || line.isDropReport === true;
