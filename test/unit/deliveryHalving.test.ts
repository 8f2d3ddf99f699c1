// Bodies that the collector finds too large or bad: they are halved, and single lines are dropped.
import { describe, expect, test } from 'vitest';
import { numbersOf } from './createLine.js';
import { always, createRig, delivered, hours, minutes, refused, refuses, tooLarge } from './deliveryRig.js';

describe('a body that is too large (413)', () => {
  test('is sent again in halves', async () => {
    const { push, drain, bodies } = createRig((numbers) => (numbers.length > 2 ? tooLarge : delivered));
    push(1, 8);
    await drain();
    expect(bodies).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1, 2, 3, 4],
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
  });

  test('loses nothing', async () => {
    const { push, drain, fates } = createRig((numbers) => (numbers.length > 3 ? tooLarge : delivered));
    push(1, 20);
    await drain();
    expect(Object.values(fates)).toEqual(Array(20).fill('delivered'));
  });

  test('teaches the limit: later bodies keep to it', async () => {
    const { push, drain, bodies } = createRig((numbers) => (numbers.length > 2 ? tooLarge : delivered));
    push(1, 4);
    await drain();
    push(5, 8);
    await drain();
    expect(bodies.slice(-2)).toEqual([
      [5, 6],
      [7, 8],
    ]);
  });

  test('of one line is refused: the line is dropped and told', async () => {
    const { push, drain, fates, troubles } = createRig((numbers) => (numbers.includes(2) ? tooLarge : delivered));
    push(1, 3);
    await drain();
    expect([fates, troubles]).toEqual([{ 1: 'delivered', 2: 'refused', 3: 'delivered' }, ['refused']]);
  });
});

describe('a refused body (400, 422)', () => {
  /** A collector that has accepted line 0 before. */
  async function createAcceptedRig(...bad: number[]) {
    const rig = createRig(refuses(...bad));
    rig.push(0, 0);
    await rig.delivery.sendNext();
    rig.bodies.length = 0;
    return rig;
  }

  test('is halved to find the bad line, which alone is dropped', async () => {
    const { push, drain, fates } = await createAcceptedRig(5);
    push(1, 8);
    await drain();
    expect(Object.entries(fates).filter(([, fate]) => fate !== 'delivered')).toEqual([['5', 'refused']]);
  });

  test('is halved, and bodies grow again after', async () => {
    const { push, drain, bodies } = await createAcceptedRig(5);
    push(1, 8);
    await drain();
    expect(bodies.map((body) => body.length)).toEqual([8, 4, 4, 2, 1, 1, 2]);
  });

  test.each([[[1]], [[8]], [[1, 8]], [[3, 4]], [[2, 5, 7]], [[1, 2, 3, 4, 5, 6, 7, 8]]])(
    'with the bad lines %j loses them and no others',
    async (bad) => {
      const { push, drain, fates } = await createAcceptedRig(...bad);
      push(1, 8);
      await drain();
      const dropped = Object.entries(fates).filter(([, fate]) => fate === 'refused');
      expect(dropped.map(([number]) => Number(number))).toEqual(bad);
    },
  );

  test('takes few requests: a bad line among 64 is found in 20 at most', async () => {
    const { push, drain, bodies } = await createAcceptedRig(37);
    push(1, 64);
    await drain();
    expect(bodies.length).toBeLessThanOrEqual(20);
  });

  test('is told as trouble', async () => {
    const { push, drain, troubles } = await createAcceptedRig(5);
    push(5, 5);
    await drain();
    expect(troubles).toEqual(['refused']);
  });

  test('by an endpoint that never accepted a line counts as denied: nothing is dropped', async () => {
    const { push, drain, buffer, waitMs, troubles, fates } = createRig(always(refused));
    push(1, 8);
    expect(await drain()).toBe('wait');
    expect([numbersOf(buffer.waiting()).length, waitMs(), troubles, fates]).toEqual([8, 15 * minutes, ['denied'], {}]);
  });

  test('by an endpoint that never accepted a line waits for longer each time, to 6 hours', async () => {
    const { push, delivery, waitMs } = createRig(always(refused));
    push(1, 1);
    for (let i = 0; i < 9; i++) await delivery.sendNext();
    expect(waitMs()).toBe(6 * hours);
  });
});
