// Every line's fate, counted: for stats, for flush results, and for the report of what was dropped.
import { addToRanges } from './idRanges.js';
import type { Fate, Line } from './memoryBuffer.js';
import type { DropReason, FlushResult, Level, Stats } from './types.js';
import { parseId } from './writer.js';

/** What a report says of dropped lines: how many by reason and level, and which of them had ids. */
export interface DropReport {
  total: number;
  by_reason: { [reason in DropReason]?: { [level in Level]?: number } };
  /** Ranges, as in `01K…-3..5`. */
  ids: string[];
  /** How many ids found no room among them. */
  ids_left_out?: number;
}

/** Counts what becomes of a set of lines. */
export interface Tally {
  /** Resolves when no line is pending. Made when asked for: in Workers no promise may be settled by another request. */
  whenSettled(): Promise<void>;
  result(): FlushResult;
  /** Counts no more. */
  end(): void;
}

export interface Ledger {
  logged(): void;
  /** Takes back what was counted before the level was known. */
  unlogged(count: number): void;
  /** A line that never became one: dropped before it had an id. */
  droppedUnnumbered(level: Level, reason: DropReason, isDropReport?: boolean): void;
  settled(lines: readonly Line[], fate: Fate): void;
  retried(): void;
  sent(bytes: number): void;
  /** Whether something was dropped since the last report, and that one is no longer buffered. */
  owesReport(): boolean;
  /** That report; `undefined` if none is owed. While one is buffered there is no other: an outage would fill the buffer with them. */
  takeDropReport(): DropReport | undefined;
  /** Of all lines that are buffered now, but for adopted ones. */
  tally(lines: readonly Line[]): Tally;
  stats(saved: number): Stats;
}

/** Lines are dropped oldest first, so that a new id mostly goes on where the last range ends. */
const maxReportedRanges = 100;

export function createLedger(): Ledger {
  const counts = { logged: 0, delivered: 0, retried: 0, bytes: 0 };
  const dropped: { [reason in DropReason]?: number } = {};
  let droppedInAll = 0;
  let unreported: DropReport | undefined;
  let isReportBuffered = false;
  const watchers = new Set<(sequences: readonly number[], fate: Fate) => void>();

  function noteDrop(level: Level, reason: DropReason): DropReport {
    unreported ??= { total: 0, by_reason: {}, ids: [] };
    unreported.total += 1;
    const byLevel = unreported.by_reason[reason] ?? {};
    unreported.by_reason[reason] = { ...byLevel, [level]: (byLevel[level] ?? 0) + 1 };
    return unreported;
  }

  const owesReport = (): boolean => unreported !== undefined && !isReportBuffered;

  function countOwnDrop(reason: DropReason): void {
    dropped[reason] = (dropped[reason] ?? 0) + 1;
    droppedInAll += 1;
  }

  return {
    logged() {
      counts.logged += 1;
    },
    unlogged(count) {
      counts.logged -= count;
    },
    droppedUnnumbered(level, reason, isDropReport) {
      if (isDropReport) isReportBuffered = false;
      noteDrop(level, reason);
      countOwnDrop(reason);
    },
    settled(lines, fate) {
      for (const line of lines) {
        if (line.isDropReport && !line.adopted) isReportBuffered = false;
        if (fate === 'delivered') {
          if (!line.adopted) counts.delivered += 1;
          continue;
        }
        if (!line.adopted) countOwnDrop(fate);
        if (line.isDropReport && fate === 'refused') continue; // the next one would be refused too, without end
        const report = noteDrop(line.level, fate);
        if (!addToRanges(report.ids, line.id, maxReportedRanges)) report.ids_left_out = (report.ids_left_out ?? 0) + 1;
      }
      if (watchers.size === 0) return;
      const own = lines.filter((line) => !line.adopted).map(sequenceOf);
      for (const watcher of watchers) watcher(own, fate);
    },
    retried() {
      counts.retried += 1;
    },
    sent(bytes) {
      counts.bytes += bytes;
    },
    owesReport,
    takeDropReport() {
      if (!owesReport()) return undefined;
      isReportBuffered = true;
      const report = unreported;
      unreported = undefined;
      return report;
    },
    tally(lines) {
      // A tally holds no lines: many may wait at once, each for a whole buffer. Its lines are those up to this number.
      const last = lines.reduce((most, line) => Math.max(most, sequenceOf(line)), 0);
      const result = { delivered: 0, dropped: 0, pending: lines.length };
      let onSettled = (): void => {};
      const watcher = (sequences: readonly number[], fate: Fate): void => {
        const count = sequences.filter((sequence) => sequence <= last).length;
        result[fate === 'delivered' ? 'delivered' : 'dropped'] += count;
        result.pending -= count;
        if (result.pending > 0) return;
        watchers.delete(watcher);
        onSettled();
      };
      if (result.pending > 0) watchers.add(watcher);
      return {
        result: () => ({ ...result }),
        whenSettled: () =>
          new Promise((resolve) => {
            onSettled = resolve;
            if (result.pending === 0) resolve();
          }),
        end: () => void watchers.delete(watcher),
      };
    },
    stats: (saved) => ({
      logged: counts.logged,
      buffered: counts.logged - counts.delivered - droppedInAll,
      saved,
      delivered: counts.delivered,
      retried: counts.retried,
      bytes: counts.bytes,
      dropped: { ...dropped },
    }),
  };
}
const sequenceOf = ({ id }: Line): number => parseId(id).sequence;
