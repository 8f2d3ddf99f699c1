// The parts joined: how long a flush waits for the fates of its lines.
import { expect, test } from 'vitest';
import { awaitFates } from '../../src/core/join.js';
import { createLedger } from '../../src/core/ledger.js';
import { createLines } from './createLine.js';
import { createManualTimers } from './manualTimers.js';

function createRig() {
  const ledger = createLedger();
  const timers = createManualTimers();
  const lines = createLines(1, 3);
  return { ledger, timers, lines, fates: awaitFates(ledger, lines, 1_000, timers) };
}

test('ends when all fates are known', async () => {
  const { ledger, lines, fates } = createRig();
  ledger.settled(lines.slice(0, 2), 'delivered');
  ledger.settled(lines.slice(2), 'refused');
  expect(await fates).toEqual({ delivered: 2, dropped: 1, pending: 0 });
});

test('ends when the time is over', async () => {
  const { ledger, timers, lines, fates } = createRig();
  ledger.settled(lines.slice(0, 1), 'delivered');
  await timers.advance(1_000);
  expect(await fates).toEqual({ delivered: 1, dropped: 0, pending: 2 });
});

test('knows fates that are settled before it is first awaited', async () => {
  const { ledger, lines, fates } = createRig();
  ledger.settled(lines, 'too_old');
  expect(await fates).toEqual({ delivered: 0, dropped: 3, pending: 0 });
});

test('ends at once where there is nothing to wait for', async () => {
  const fates = awaitFates(createLedger(), [], 1_000, createManualTimers());
  expect(await fates).toEqual({ delivered: 0, dropped: 0, pending: 0 });
});
