// One body at a time, and what becomes of its lines by each answer.
import { describe, expect, test } from 'vitest';
import { createDelivery, joinLines } from '../../src/core/delivery.js';
import { createMemoryBuffer, type Fate } from '../../src/core/memoryBuffer.js';
import type { Body, Outcome, SendOptions } from '../../src/core/types.js';
import { createLine, createLines, numbersOf } from './createLine.js';

const minutes = 60_000;
const hours = 60 * minutes;

type Answer = Outcome | undefined | Promise<Outcome>;
const delivered: Outcome = { kind: 'delivered' };
const retry: Outcome = { kind: 'retry', why: 'status 503' };
const denied: Outcome = { kind: 'denied', why: 'status 401' };
const refused: Outcome = { kind: 'refused', why: 'status 400' };
const tooLarge: Outcome = { kind: 'tooLarge', why: 'status 413' };

/** A delivery whose collector answers as told; random() is 1: back-off is as long as it gets. */
function createRig(answer: (numbers: number[], request: number) => Answer, maxBodyBytes = 10_000) {
  const clock = { time: 1_000_000 };
  const bodies: number[][] = [];
  const fates: Record<number, Fate> = {};
  const troubles: string[] = [];
  const counts = { sent: 0, retried: 0 };
  const options: (SendOptions | undefined)[] = [];
  const buffer = createMemoryBuffer({
    maxBytes: 1_000_000,
    maxAgeMs: Number.POSITIVE_INFINITY,
    lostAfterMs: Number.POSITIVE_INFINITY,
    now: () => clock.time,
    onSettled(lines, fate) {
      for (const number of numbersOf(lines)) fates[number] = fate;
    },
  });
  const delivery = createDelivery({
    buffer,
    endpoint: 'https://logs.example',
    maxBodyBytes,
    transport: {
      async send(body: Body, given) {
        bodies.push(body.text.split('\n').map(Number.parseFloat));
        options.push(given);
        return answer(bodies.at(-1)!, bodies.length);
      },
    },
    now: () => clock.time,
    random: () => 1,
    report: (kind) => void troubles.push(kind),
    beforeBody: () => {},
    onSent(bytes) {
      counts.sent += bytes;
    },
    onRetry() {
      counts.retried += 1;
    },
  });
  function push(first: number, last: number): void {
    for (const line of createLines(first, last)) buffer.push(line);
  }
  const waitMs = (): number => Math.max(0, delivery.notBefore - clock.time);
  /** Sends one body after the other, and asks what there is to see after each. */
  async function sendAndLook<T>(times: number, look: () => T): Promise<T[]> {
    const seen: T[] = [];
    for (let i = 0; i < times; i++) {
      await delivery.sendNext();
      seen.push(look());
    }
    return seen;
  }
  /** Sends until nothing is left, or a wait is due. */
  async function drain(): Promise<string> {
    for (;;) {
      const result = await delivery.sendNext();
      if (result === 'idle' || result === 'wait') return result;
    }
  }
  return { buffer, delivery, bodies, fates, troubles, counts, options, clock, push, waitMs, sendAndLook, drain };
}

const always = (outcome: Answer) => () => outcome;
/** These answers one after the other; then the last for ever. */
const inTurn =
  (...answers: Answer[]) =>
  (_: number[], request: number) =>
    answers[Math.min(request, answers.length) - 1];
const refuses =
  (...bad: number[]) =>
  (numbers: number[]) =>
    numbers.some((number) => bad.includes(number)) ? refused : delivered;

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

/** What a second delivery over the rig's buffer needs. */
function rigOptions({ buffer, clock }: ReturnType<typeof createRig>) {
  return {
    buffer,
    transport: { send: async () => delivered },
    endpoint: 'https://logs.example',
    maxBodyBytes: 10_000,
    now: () => clock.time,
    random: () => 1,
    report: () => {},
    beforeBody: () => {},
    onSent: () => {},
    onRetry: () => {},
  };
}
