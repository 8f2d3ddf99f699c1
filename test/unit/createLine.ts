// Lines as the buffer holds them.
import type { Line } from '../../src/core/memoryBuffer.js';

/** Line `W-<sequence>` of the level info, 100 bytes long. */
export function createLine(sequence: number, given: Partial<Line> = {}): Line {
  const bytes = given.bytes ?? 100;
  return { id: `W-${sequence}`, text: String(sequence).padEnd(bytes, '.'), bytes, level: 'info', at: 0, ...given };
}

/** Lines numbered from first to last. */
export const createLines = (first: number, last: number, given: Partial<Line> = {}): Line[] =>
  Array.from({ length: last - first + 1 }, (_, i) => createLine(first + i, given));

/** Their sequence numbers. */
export const numbersOf = (lines: readonly Line[]): number[] => lines.map(({ id }) => Number(id.split('-')[1]));
