// Bodies that failed or were denied: their lines wait, and for how long.
import { describe, expect, test } from 'vitest';
import { createDelivery } from '../../src/core/delivery.js';
import type { Outcome } from '../../src/core/types.js';
import { numbersOf } from './createLine.js';
import { always, createRig, delivered, denied, hours, inTurn, minutes, retry, rigOptions } from './deliveryRig.js';

describe('a body to be tried again', () => {
  test('gives its lines back to wait, in order', async () => {
    const { push, delivery, buffer } = createRig(always(retry));
    push(1, 3);
    expect(await delivery.sendNext()).toBe('wait');
    expect(numbersOf(buffer.waiting())).toEqual([1, 2, 3]);
  });

  test('waits for exponentially longer, to 5 minutes', async () => {
    const { push, sendAndLook, waitMs } = createRig(always(retry));
    push(1, 1);
    const waits = await sendAndLook(11, waitMs);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000));
  });

  test('waits for as long as the collector asked', async () => {
    const { push, delivery, waitMs } = createRig(always({ kind: 'retry', why: 'status 429', afterMs: 7_000 }));
    push(1, 1);
    await delivery.sendNext();
    expect(waitMs()).toBe(7_000);
  });

  test('is tried again with the same bytes', async () => {
    const { push, delivery, bodies } = createRig(inTurn(retry, delivered));
    push(1, 3);
    await delivery.sendNext();
    await delivery.sendNext();
    expect(bodies[1]).toEqual(bodies[0]);
  });

  test('counts as repeated', async () => {
    const { push, delivery, counts } = createRig(inTurn(retry, retry, delivered));
    push(1, 1);
    for (let i = 0; i < 3; i++) await delivery.sendNext();
    expect(counts).toEqual({ sent: 300, retried: 2 });
  });

  test('is told as trouble after three failures, not before', async () => {
    const { push, sendAndLook, troubles } = createRig(always(retry));
    push(1, 1);
    const told = await sendAndLook(4, () => troubles.length);
    expect(told).toEqual([0, 0, 1, 1]);
  });

  test('starts its waits anew after a success', async () => {
    const { push, delivery, waitMs } = createRig(inTurn(retry, retry, retry, delivered, retry));
    push(1, 1);
    for (let i = 0; i < 4; i++) await delivery.sendNext();
    push(2, 2);
    await delivery.sendNext();
    expect(waitMs()).toBe(1_000);
  });

  test.each<[string, () => Promise<Outcome>]>([
    ['rejects', () => Promise.reject(new Error('offline'))],
    [
      'throws',
      () => {
        throw new Error('offline');
      },
    ],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('is what a transport that %s leaves', async (_, send) => {
    const { push, delivery, buffer } = createRig(send);
    push(1, 2);
    expect(await delivery.sendNext()).toBe('wait');
    expect(numbersOf(buffer.waiting())).toEqual([1, 2]);
  });
});

describe('a clock that is set back while a body waits', () => {
  test('does not make it wait for longer', async () => {
    const { push, delivery, waitMs, clock } = createRig(always(retry));
    push(1, 1);
    await delivery.sendNext();
    clock.time -= 24 * hours;
    expect(waitMs()).toBe(1_000);
  });

  test('does not end the wait that the collector asked for', async () => {
    const { push, delivery, waitMs, clock } = createRig(always(denied));
    push(1, 1);
    await delivery.sendNext();
    clock.time -= 10 * minutes;
    expect(waitMs()).toBe(15 * minutes);
  });
});

describe('hurry', () => {
  test('forgets the back-off', async () => {
    const { push, delivery, waitMs } = createRig(always(retry));
    push(1, 1);
    await delivery.sendNext();
    delivery.hurry();
    expect(waitMs()).toBe(0);
  });

  test('does not forget what the collector asked for', async () => {
    const { push, delivery, waitMs } = createRig(always({ kind: 'retry', why: 'status 429', afterMs: 7_000 }));
    push(1, 1);
    await delivery.sendNext();
    delivery.hurry();
    expect(waitMs()).toBe(7_000);
  });

  test('does not forget that the collector denied', async () => {
    const { push, delivery, waitMs } = createRig(always(denied));
    push(1, 1);
    await delivery.sendNext();
    delivery.hurry();
    expect(waitMs()).toBe(15 * minutes);
  });
});

describe('a denied body (401, 403, 404)', () => {
  test('keeps its lines', async () => {
    const { push, delivery, buffer, fates } = createRig(always(denied));
    push(1, 3);
    await delivery.sendNext();
    expect([numbersOf(buffer.waiting()), fates]).toEqual([[1, 2, 3], {}]);
  });

  test('stops for 15 minutes, doubling to 6 hours', async () => {
    const { push, sendAndLook, waitMs } = createRig(always(denied));
    push(1, 1);
    const waits = await sendAndLook(7, waitMs);
    expect(waits).toEqual([15, 30, 60, 120, 240, 360, 360].map((count) => count * minutes));
  });

  test('is told as trouble that names the endpoint', async () => {
    const rig = createRig(always(denied));
    const told: string[] = [];
    const delivery = createDelivery({
      ...rigOptions(rig),
      transport: { send: async () => denied },
      report: (_, message) => void told.push(message),
    });
    rig.push(1, 1);
    await delivery.sendNext();
    expect(told).toEqual([expect.stringContaining('https://logs.example denied the lines: status 401')]);
  });

  test('starts its waits anew after a success', async () => {
    const { push, delivery, waitMs } = createRig(inTurn(denied, denied, delivered, denied));
    push(1, 1);
    for (let i = 0; i < 3; i++) await delivery.sendNext();
    push(2, 2);
    await delivery.sendNext();
    expect(waitMs()).toBe(15 * minutes);
  });
});
