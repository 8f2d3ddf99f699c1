import { expect, test } from 'vitest';
import { closingLine } from '../support/closingLine.mjs';

test('the last line counts what passed and what failed', () => {
  expect(closingLine({ passed: 2, failed: 1, skipped: 0 })).toBe('2 passed, 1 failed');
});

test('what was skipped is counted before the last line, after a line for each reason', () => {
  const notes = ['Tests skipped: no Firefox.', 'Tests skipped: no WebKit.'];

  expect(closingLine({ passed: 2, failed: 0, skipped: 3, notes })).toBe(
    `${notes.join('\n')}\n3 skipped\n2 passed, 0 failed`,
  );
});
