// One body at a time: what is in it, and what becomes of its lines when it is acknowledged or recalled.
import { describe, expect, test } from 'vitest';
import { createDelivery, joinLines } from '../../src/core/delivery.js';
import type { Outcome } from '../../src/core/types.js';
import { createLine, numbersOf } from './createLine.js';
import { always, createRig, delivered, rigOptions } from './deliveryRig.js';

test('lines are joined by newlines, and counted in bytes', () => {
  const lines = [createLine(1, { text: 'é', bytes: 2 }), createLine(2, { text: 'b', bytes: 1 })];
  expect(joinLines(lines)).toEqual({ text: 'é\nb', bytes: 4, lines: 2 });
});

describe('an acknowledged body', () => {
  test('settles its lines', async () => {
    const { push, delivery, fates } = createRig(always(delivered));
    push(1, 2);
    await delivery.sendNext();
    expect(fates).toEqual({ 1: 'delivered', 2: 'delivered' });
  });

  test('may be acknowledged by a transport that resolves with nothing', async () => {
    const { push, delivery, fates } = createRig(always(undefined));
    push(1, 1);
    expect([await delivery.sendNext(), fates]).toEqual(['delivered', { 1: 'delivered' }]);
  });

  test('is not acknowledged, and sent again later, by a transport that resolves with something else', async () => {
    const { push, delivery, fates, waitMs } = createRig(always({ status: 202 } as never));
    push(1, 1);
    expect([await delivery.sendNext(), fates, waitMs() > 0]).toEqual(['wait', {}, true]);
  });

  test('is no larger than a page’s keepalive requests may be, where it is one', async () => {
    const { push, delivery, bodies } = createRig(always(delivered), 500_000);
    push(1, 1_000);
    await delivery.sendNext({ keepalive: true });
    expect(bodies[0]).toHaveLength(594); // of 101 bytes with their newline, in 60,000
  });

  test('is no larger than it may be', async () => {
    const { push, drain, bodies } = createRig(always(delivered), 250);
    push(1, 5);
    await drain();
    expect(bodies).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('is counted in bytes', async () => {
    const { push, delivery, counts } = createRig(always(delivered));
    push(1, 2);
    await delivery.sendNext();
    expect(counts).toEqual({ sent: 201, retried: 0 });
  });
});

test('nothing is sent where nothing waits', async () => {
  const { delivery, bodies } = createRig(always(delivered));
  expect([await delivery.sendNext(), bodies]).toEqual(['idle', []]);
});

test('what is logged before a body is taken goes out with it', async () => {
  const rig = createRig(always(delivered));
  const delivery = createDelivery({ ...rigOptions(rig), beforeBody: () => rig.buffer.push(createLine(9)) });
  rig.push(1, 1);
  await delivery.sendNext();
  expect(rig.fates).toEqual({ 1: 'delivered', 9: 'delivered' });
});

test('options of a send reach the transport', async () => {
  const { push, delivery, options } = createRig(always(delivered));
  push(1, 1);
  await delivery.sendNext({ keepalive: true });
  expect(options).toEqual([{ keepalive: true }]);
});

describe('recall', () => {
  function createHeldRig() {
    let answer = (_: Outcome): void => {};
    const held = () =>
      new Promise<Outcome>((resolve) => {
        answer = resolve;
      });
    const rig = createRig(held);
    return { ...rig, answer: (outcome: Outcome) => answer(outcome) };
  }

  test('lets lines that are on their way wait again, at once', () => {
    const { push, delivery, buffer } = createHeldRig();
    push(1, 2);
    void delivery.sendNext();
    delivery.recall();
    expect(numbersOf(buffer.waiting())).toEqual([1, 2]);
  });

  test('makes an answer that comes later acknowledge nothing', async () => {
    const { push, delivery, buffer, answer, fates } = createHeldRig();
    push(1, 2);
    const sent = delivery.sendNext();
    delivery.recall();
    answer(delivered);
    await sent;
    expect([numbersOf(buffer.waiting()), fates]).toEqual([[1, 2], {}]);
  });

  test('lets lines of two bodies wait in their old order', () => {
    const { push, delivery, buffer } = createHeldRig();
    push(1, 1);
    void delivery.sendNext();
    push(2, 2);
    void delivery.sendNext();
    delivery.recall();
    expect(numbersOf(buffer.waiting())).toEqual([1, 2]);
  });
});
