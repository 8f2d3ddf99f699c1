// Our own failures: counted, and told once a kind. The one path that they all take.
import type { Trouble } from './types.js';

export type ReportTrouble = (kind: string, message: string, cause?: unknown) => void;

/** Tells each kind once; `onTrouble`, if given, in place of the console. What it throws is dropped: it is told nowhere. */
export function createTroubles(onTrouble?: (trouble: Trouble) => void): ReportTrouble {
  const counts = new Map<string, number>();
  return (kind, message, cause) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count > 1) return;
    try {
      if (onTrouble) onTrouble({ kind, message, count, ...(cause === undefined ? {} : { cause }) });
      else console.warn(`timberlog: ${message}`);
    } catch {
      // Whoever listens for our failures has one of their own; the application must not see it.
    }
  };
}
