// Lines as an SDK would send them.
import type { Line } from '../support/collectedLines.js';

/** A whole line, of which a test gives what it looks at. */
export const lineText = (given: Partial<Line>): string =>
  JSON.stringify({ id: 'w-1', dt: '2026-11-22T13:40:00.123Z', level: 'info', message: 'A line', ...given });

/** Lines of one writer, a millisecond apart, the newest last: `Line 1`, `Line 2`, … */
export const bodyOf = (count: number, writer: string): string =>
  Array.from({ length: count }, (_, index) =>
    lineText({
      id: `${writer}-${index + 1}`,
      dt: new Date(Date.UTC(2026, 10, 22) + index).toISOString(),
      message: `Line ${index + 1}`,
    }),
  ).join('\n');
