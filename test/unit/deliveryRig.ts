// A delivery over a real buffer, and collectors that answer it as told.
import { createDelivery } from '../../src/core/delivery.js';
import { createMemoryBuffer, type Fate } from '../../src/core/memoryBuffer.js';
import type { Body, Outcome, SendOptions } from '../../src/core/types.js';
import { createLines, numbersOf } from './createLine.js';

export const minutes = 60_000;
export const hours = 60 * minutes;

type Answer = Outcome | undefined | Promise<Outcome>;
export const delivered: Outcome = { kind: 'delivered' };
export const retry: Outcome = { kind: 'retry', why: 'status 503' };
export const denied: Outcome = { kind: 'denied', why: 'status 401' };
export const refused: Outcome = { kind: 'refused', why: 'status 400' };
export const tooLarge: Outcome = { kind: 'tooLarge', why: 'status 413' };

/** A delivery whose collector answers as told; random() is 1: back-off is as long as it gets. */
export function createRig(answer: (numbers: number[], request: number) => Answer, maxBodyBytes = 10_000) {
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

export const always = (outcome: Answer) => () => outcome;
/** These answers one after the other; then the last for ever. */
export const inTurn =
  (...answers: Answer[]) =>
  (_: number[], request: number) =>
    answers[Math.min(request, answers.length) - 1];
export const refuses =
  (...bad: number[]) =>
  (numbers: number[]) =>
    numbers.some((number) => bad.includes(number)) ? refused : delivered;

/** What a second delivery over the rig's buffer needs. */
export function rigOptions({ buffer, clock }: ReturnType<typeof createRig>) {
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
