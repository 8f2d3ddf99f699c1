// Ids that follow each other, as one text.
import { expect, test } from 'vitest';
import { addToRanges, inRanges } from '../../src/core/idRanges.js';

const rangesOf = (...ids: string[]) => {
  const ranges: string[] = [];
  for (const id of ids) addToRanges(ranges, id);
  return ranges;
};

test('ids that follow each other become one range', () => {
  expect(rangesOf('W-3', 'W-4', 'W-5')).toEqual(['W-3..5']);
});

test('a gap, a step back and another writer begin a range', () => {
  expect(rangesOf('W-3', 'W-5', 'W-4', 'X-5', 'X-6')).toEqual(['W-3', 'W-5', 'W-4', 'X-5..6']);
});

test('there is no room for more ranges than wanted, and always for the last one to go on', () => {
  const ranges: string[] = [];
  expect(['W-1', 'W-3', 'W-2', 'W-4'].map((id) => addToRanges(ranges, id, 2))).toEqual([true, true, false, true]);
});

test.each([
  ['W-3', true],
  ['W-5', true],
  ['W-2', false],
  ['W-6', false],
  ['X-4', false],
  ['X-7', true],
  ['X-8', false],
])('%s is in W-3..5 and X-7: %s', (id, isIn) => {
  expect(inRanges(['W-3..5', 'X-7'])(id)).toBe(isIn);
});

test.each([['nonsense'], ['W'], [''], ['W-5..3']])('%j holds nothing', (range) => {
  expect(inRanges([range])('W-4')).toBe(false);
});
