// Lines that wait or are on their way, in memory, in order, within bounds. Synchronous: a page that goes cannot wait.
import { rankOf } from './levels.js';
import type { DropReason, Level } from './types.js';

/** An encoded entry. */
export interface Line {
  readonly id: string;
  readonly text: string;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  readonly level: Level;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Logged by an earlier page and found on disk; not counted among this logger's own. */
  readonly adopted?: boolean;
  /** It tells what was dropped: it goes out with the next body, and is dropped last. */
  readonly isDropReport?: boolean;
}

export type Fate = 'delivered' | DropReason;

export interface Buffer {
  push(line: Line): void;
  /** Puts lines that an earlier page left before all others. */
  adopt(lines: readonly Line[]): void;
  /** The oldest lines of at most maxBytes together, newlines counted, and at most maxLines; one at least, if any waits. They are on their way. */
  take(maxBytes: number, maxLines?: number): Line[];
  /** They are delivered, or dropped: forgotten. */
  settle(lines: readonly Line[], fate: Fate): void;
  /**
   * Those of them that wait leave, and are returned: settled, where a fate is given, and else somebody else's from now on.
   */
  withdraw(lines: readonly Line[], fate?: Fate): Line[];
  /** Their way ended without an answer: they wait again, in their old order. */
  putBack(lines: readonly Line[]): void;
  /** Puts back all that are on their way. */
  recall(): void;
  /** All that wait, oldest first. A copy. */
  waiting(): Line[];
  /** All that wait or are on their way, but for adopted ones. */
  pending(): Line[];
  readonly waitingBytes: number;
}

export interface MemoryBufferOptions {
  maxBytes: number;
  maxAgeMs: number;
  /** Lines that are on their way for longer wait again: whoever sent them was ended without a word. */
  lostAfterMs: number;
  now(): number;
  /** Told of every line that leaves, once. */
  onSettled(lines: readonly Line[], fate: Fate): void;
}

export function createMemoryBuffer(options: MemoryBufferOptions): Buffer {
  const { maxBytes, maxAgeMs, lostAfterMs, now, onSettled } = options;
  let waiting: Line[] = [];
  let waitingBytes = 0;
  // Bodies may come back in another order than they went: each line knows its place.
  const places = new WeakMap<Line, number>();
  let firstPlace = 0;
  let lastPlace = 0;
  const underWay = new Map<Line, number>(); // and since when
  let underWayBytes = 0;

  function replaceWaiting(lines: Line[]): void {
    waiting = lines;
    waitingBytes = lines.reduce((sum, line) => sum + line.bytes, 0);
  }

  function putFirst(lines: readonly Line[]): void {
    firstPlace -= lines.length;
    lines.forEach((line, i) => void places.set(line, firstPlace + i));
    replaceWaiting([...lines, ...waiting]);
  }

  function waitAgain(lines: readonly Line[]): void {
    const placeOf = (line: Line): number => places.get(line) as number;
    replaceWaiting([...lines, ...waiting].sort((a, b) => placeOf(a) - placeOf(b)));
  }

  function land(lines: readonly Line[]): Line[] {
    const landed = lines.filter((line) => underWay.delete(line));
    for (const line of landed) underWayBytes -= line.bytes;
    return landed;
  }

  function reclaimLost(): void {
    const lost = [...underWay].filter(([, since]) => now() - since > lostAfterMs).map(([line]) => line);
    if (lost.length > 0) waitAgain(land(lost));
  }

  function dropTooOld(): void {
    const oldest = now() - maxAgeMs;
    if (!waiting.some((line) => line.at < oldest)) return;
    const tooOld = waiting.filter((line) => line.at < oldest);
    replaceWaiting(waiting.filter((line) => line.at >= oldest));
    onSettled(tooOld, 'too_old');
  }

  // Frees a tenth at once, so that a buffer that stays full is not combed for every line.
  function dropUntilWithin(): void {
    if (waitingBytes + underWayBytes <= maxBytes) return;
    let excess = waitingBytes + underWayBytes - maxBytes * 0.9;
    const dropped = new Set<Line>();
    for (const rank of (['info', 'warn', 'error', 'fatal', 'off'] as const).map(rankOf)) {
      for (const line of waiting) {
        if (excess <= 0) break;
        if (rankOf(line.isDropReport ? 'off' : line.level) > rank || dropped.has(line)) continue;
        dropped.add(line);
        excess -= line.bytes;
      }
    }
    replaceWaiting(waiting.filter((line) => !dropped.has(line)));
    onSettled([...dropped], 'buffer_full');
  }

  return {
    push(line) {
      if (line.isDropReport) putFirst([line]);
      else {
        lastPlace += 1;
        places.set(line, lastPlace);
        waiting.push(line);
        waitingBytes += line.bytes;
      }
      dropUntilWithin();
    },
    adopt(lines) {
      putFirst(lines);
      dropTooOld();
      dropUntilWithin();
    },
    take(bytes, maxLines = Number.POSITIVE_INFINITY) {
      if (lostAfterMs < Number.POSITIVE_INFINITY) reclaimLost();
      dropTooOld();
      let count = 0;
      let taken = 0;
      while (count < waiting.length && count < maxLines) {
        const next = (waiting[count] as Line).bytes + 1;
        if (count > 0 && taken + next - 1 > bytes) break;
        taken += next;
        count += 1;
      }
      const lines = waiting.splice(0, count);
      const since = now();
      for (const line of lines) {
        underWay.set(line, since);
        underWayBytes += line.bytes;
        waitingBytes -= line.bytes;
      }
      return lines;
    },
    settle(lines, fate) {
      const landed = land(lines);
      if (landed.length > 0) onSettled(landed, fate);
    },
    withdraw(lines, fate) {
      const wanted = new Set(lines);
      const withdrawn = waiting.filter((line) => wanted.has(line));
      if (withdrawn.length === 0) return withdrawn;
      replaceWaiting(waiting.filter((line) => !wanted.has(line)));
      if (fate) onSettled(withdrawn, fate);
      return withdrawn;
    },
    putBack(lines) {
      const landed = land(lines);
      if (landed.length > 0) waitAgain(landed);
    },
    recall: () => waitAgain(land([...underWay.keys()])),
    waiting: () => waiting.slice(),
    pending: () => [...underWay.keys(), ...waiting].filter((line) => !line.adopted),
    get waitingBytes() {
      return waitingBytes;
    },
  };
}
