// A buffer whose clock a test moves, and what it told of the lines that left.
import { createMemoryBuffer, type Fate, type Line, type MemoryBufferOptions } from '../../src/core/memoryBuffer.js';
import { numbersOf } from './createLine.js';

export function createBuffer(options: Partial<MemoryBufferOptions> = {}) {
  const settled: [number, Fate][] = [];
  const clock = { time: 0 };
  const buffer = createMemoryBuffer({
    maxBytes: 1_000,
    maxAgeMs: 10_000,
    lostAfterMs: Number.POSITIVE_INFINITY,
    now: () => clock.time,
    onSettled: (lines, fate) => void settled.push(...numbersOf(lines).map((id): [number, Fate] => [id, fate])),
    ...options,
  });
  const push = (...lines: Line[]): void => {
    for (const line of lines) buffer.push(line);
  };
  const waiting = (): number[] => numbersOf(buffer.waiting());
  return { buffer, push, waiting, settled, clock };
}

export const all = Number.POSITIVE_INFINITY;
