// Our own failures: counted, and told once a kind. The one path that they all take.
import type { Trouble } from './types.js';

export type ReportTrouble = (kind: string, message: string, cause?: unknown) => void;

/**
 * Tells each kind once; `onTrouble`, if given, in place of the console. What it throws is dropped. The count of what was
 * told goes on.
 */
export function createTroubles(onTrouble?: (trouble: Trouble) => void): ReportTrouble {
  const told = new Map<string, { count: number }>();
  return (kind, message, cause) => {
    const known = told.get(kind);
    if (known) {
      known.count += 1;
      return;
    }
    const trouble = { kind, message, count: 1, ...(cause === undefined ? {} : { cause }) };
    told.set(kind, trouble);
    try {
      if (onTrouble) onTrouble(trouble);
      else console.warn(`timberlog: ${message}`);
    } catch {
      // Whoever listens for our failures has one of their own; the application must not see it.
    }
  };
}
