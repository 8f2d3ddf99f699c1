// The order of levels.
import { expect, test } from 'vitest';
import { isUrgent, levels, rankOf } from '../../src/core/levels.js';

test('orders the levels from debug to fatal', () => {
  expect([...levels].sort((a, b) => rankOf(a) - rankOf(b))).toEqual(['debug', 'info', 'warn', 'error', 'fatal']);
});

test('puts off above all levels', () => {
  expect(rankOf('off')).toBeGreaterThan(rankOf('fatal'));
});

test('counts error and fatal as urgent, and no others', () => {
  expect(levels.filter(isUrgent)).toEqual(['error', 'fatal']);
});
