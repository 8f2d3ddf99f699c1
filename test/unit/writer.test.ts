// Numbers of lines: ids without gaps, times that never run backwards.
import { expect, test } from 'vitest';
import { createWriter, createWriterName } from '../../src/core/writer.js';
import { createSeededRandom } from './seededRandom.js';

const noon = Date.UTC(2026, 10, 22, 12);

function fillFrom(seed: number) {
  const random = createSeededRandom(seed);
  return (bytes: Uint8Array): void => bytes.set(Array.from(bytes, () => random() * 256));
}

/** A writer whose clock shows these times, one after the other. */
function createWriterAt(...times: number[]) {
  const shown = [...times];
  return createWriter({ now: () => (shown.length > 1 ? shown.shift()! : shown[0]!), random: fillFrom(1) });
}

const numberOf = (id: string): number => Number(id.split('-')[1]);

test('a name is 26 characters of Crockford base 32', () => {
  expect(createWriterName({ now: () => noon, random: fillFrom(1) })).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
});

test('a name starts with its time, as a ULID does', () => {
  expect(createWriterName({ now: () => 1_469_918_176_385, random: fillFrom(1) }).slice(0, 10)).toBe('01ARYZ6S41');
});

test('names sort by time', () => {
  const times = [0, 1, 31, 32, 1_000, noon, noon + 1, noon + 1_000_000_000];
  const names = times.map((time, i) => createWriterName({ now: () => time, random: fillFrom(i) }));
  expect([...names].sort()).toEqual(names);
});

test('two names of one millisecond differ', () => {
  const names = [1, 2].map((seed) => createWriterName({ now: () => noon, random: fillFrom(seed) }));
  expect(names[0]).not.toBe(names[1]);
});

test('ids are the name and a number from 1, with no gaps', () => {
  const writer = createWriterAt(noon);
  const ids = Array.from({ length: 1_000 }, () => writer.next().id);
  expect(ids).toEqual(ids.map((_, i) => `${writer.name()}-${i + 1}`));
});

test('a writer keeps its name', () => {
  const writer = createWriterAt(noon, noon + 60_000);
  const name = writer.name();
  writer.next();
  expect(writer.name()).toBe(name);
});

test('a time is the clock’s', () => {
  expect(createWriterAt(noon).next().at).toBe(noon);
});

test('times stand still while the clock has jumped back', () => {
  const writer = createWriterAt(noon, noon, noon + 5, noon - 3_600_000, noon + 4, noon + 6);
  expect(Array.from({ length: 5 }, () => writer.next().at - noon)).toEqual([0, 5, 5, 5, 6]);
});

test('times never run backwards, however the clock jumps', () => {
  const random = createSeededRandom(6);
  const writer = createWriter({ now: () => noon + (random() - 0.5) * 1e9, random: fillFrom(1) });
  const times = Array.from({ length: 1_000 }, () => writer.next().at);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
});

test('a clock that gives no number costs none', () => {
  const writer = createWriterAt(noon, noon, Number.NaN, noon + 1);
  const numbers = Array.from({ length: 3 }, () => writer.next());
  expect(numbers.map(({ id, at }) => [numberOf(id), at - noon])).toEqual([
    [1, 0],
    [2, 0],
    [3, 1],
  ]);
});

test('where the platform forbids the clock, no number is used up', () => {
  let allowed = false;
  const now = (): number => {
    if (!allowed) throw new Error('no time outside of an invocation');
    return noon;
  };
  const writer = createWriter({ now, random: fillFrom(1) });
  expect(() => writer.next()).toThrow();
  allowed = true;
  expect(numberOf(writer.next().id)).toBe(1);
});

test('where the platform forbids chance, no number is used up', () => {
  let allowed = false;
  const random = (bytes: Uint8Array): void => {
    if (!allowed) throw new Error('no chance outside of an invocation');
    fillFrom(1)(bytes);
  };
  const writer = createWriter({ now: () => noon, random });
  expect(() => writer.next()).toThrow();
  allowed = true;
  expect(numberOf(writer.next().id)).toBe(1);
});

test('making a writer asks for neither clock nor chance', () => {
  const forbidden = (): never => {
    throw new Error('not yet');
  };
  expect(() => createWriter({ now: forbidden, random: forbidden })).not.toThrow();
});
