// Bodies that are on their way at the same time, as in a Worker's invocations: their answers come in any order.
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/core/types.js';
import { createRig, delivered, denied, minutes, retry } from './deliveryRig.js';

const wish = (seconds: number): Outcome => ({ kind: 'retry', why: 'status 429', afterMs: seconds * 1_000 });

/** Sends so many bodies at once, of a line each; they are answered in the order of the answers. */
async function answerAtOnce(...answers: Outcome[]) {
  const waiting: ((outcome: Outcome) => void)[] = [];
  const rig = createRig(() => new Promise((resolve) => waiting.push(resolve)));
  const sent = answers.map((_, i) => {
    rig.push(i + 1, i + 1);
    return rig.delivery.sendNext();
  });
  for (const [i, answer] of answers.entries()) {
    waiting[i]?.(answer);
    await sent[i];
  }
  return rig;
}

test('failures of one moment count as one', async () => {
  const { waitMs, troubles } = await answerAtOnce(retry, retry, retry, retry, retry);
  expect([waitMs(), troubles]).toEqual([1_000, []]);
});

test('denials of one moment count as one', async () => {
  const { waitMs } = await answerAtOnce(denied, denied, denied);
  expect(waitMs()).toBe(15 * minutes);
});

test('what the collector asked for holds when another body merely failed', async () => {
  const { waitMs, delivery } = await answerAtOnce(wish(60), retry);
  delivery.hurry();
  expect(waitMs()).toBe(60_000);
});

test('what the collector asked for holds when a body arrived that was sent before', async () => {
  const { waitMs } = await answerAtOnce(wish(60), delivered);
  expect(waitMs()).toBe(60_000);
});

test('of two wishes the later one holds', async () => {
  const first = await answerAtOnce(wish(60), wish(10));
  const last = await answerAtOnce(wish(10), wish(60));
  expect([first.waitMs(), last.waitMs()]).toEqual([60_000, 60_000]);
});

test('a body that arrives after it was sent against the collector’s wish ends the wait', async () => {
  const { waitMs, delivery, push } = createRig((_, request) => (request === 1 ? wish(60) : delivered));
  push(1, 1);
  await delivery.sendNext();
  await delivery.sendNext();
  expect(waitMs()).toBe(0);
});
