// One body at a time: taken, sent, and its lines settled by what the answer means.
import type { Buffer, Line } from './memoryBuffer.js';
import { backoffMs, deniedMs } from './retry.js';
import type { ReportTrouble } from './trouble.js';
import type { Body, Outcome, SendOptions, Transport } from './types.js';

export interface DeliveryOptions {
  readonly buffer: Buffer;
  readonly transport: Transport;
  /** For sentences of trouble. */
  readonly endpoint: string;
  readonly maxBodyBytes: number;
  now(): number;
  /** From 0 to 1. */
  random(): number;
  report: ReportTrouble;
  /** Called before lines are taken: what it logs goes out with them. */
  beforeBody(): void;
  onSent(bytes: number): void;
  onRetry(): void;
}

export interface Delivery {
  /** Sends the next body. `idle`: nothing waited. `wait`: it was not acknowledged, and not before notBefore. */
  sendNext(options?: SendOptions): Promise<'delivered' | 'idle' | 'wait' | 'again'>;
  /** Milliseconds since 1970. Asking earlier is allowed, but not kind to the collector. */
  readonly notBefore: number;
  /** Forgets the back-off, but not what the collector asked for by `Retry-After` or by denying. */
  hurry(): void;
  /** Lets all lines that are on their way wait again, at once; an answer that comes later acknowledges nothing. */
  recall(): void;
}

/** Of the 64 KiB that a page's keepalive requests and beacons share; a line alone always fits. */
const maxKeepaliveBytes = 60_000;

export function joinLines(lines: readonly Line[]): Body {
  const text = lines.map((line) => line.text).join('\n');
  const bytes = lines.reduce((sum, line) => sum + line.bytes, lines.length - 1);
  return { text, bytes, lines: lines.length };
}

const kinds: readonly unknown[] = ['delivered', 'retry', 'denied', 'tooLarge', 'refused'] satisfies Outcome['kind'][];

/** What one's own transport resolved with: nothing is a delivery, and what is no outcome (a Response, say) is none. */
function asOutcome(answer: unknown): Outcome {
  if (answer === undefined || answer === null) return { kind: 'delivered' };
  if (kinds.includes((answer as Partial<Outcome>).kind)) return answer as Outcome;
  return { kind: 'retry', why: 'the transport resolved with something that is neither an outcome nor undefined' };
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { buffer, transport, endpoint, now, report } = options;
  let maxBytes = options.maxBodyBytes;
  let maxLines = Number.POSITIVE_INFINITY;
  let failures = 0;
  let denials = 0;
  let accepted = false;
  let notBefore = 0;
  let waitsSince = 0;
  let asked = false; // notBefore is the collector's wish, not our back-off
  let wishes = 0;

  // Of bodies that are on their way at the same time, all may fail by one fault: it counts once, and a wish that one of
  // them brings is not for the others to forget.
  const known = () => ({ failures, denials, wishes });
  type Known = ReturnType<typeof known>;

  function waitFor(ms: number, isWish: boolean, before: Known): void {
    const due = now() + ms;
    const wishedMeanwhile = wishes > before.wishes;
    if (wishedMeanwhile && notBefore > due) return;
    if (isWish) wishes += 1;
    asked = isWish || wishedMeanwhile;
    waitsSince = now();
    notBefore = due;
  }

  function succeed(lines: readonly Line[], before: Known): 'delivered' {
    accepted = true;
    failures = 0;
    denials = 0;
    if (wishes === before.wishes) notBefore = 0;
    maxLines *= 2; // after a bad line was isolated, back to whole bodies
    buffer.settle(lines, 'delivered');
    return 'delivered';
  }

  function retryLater(lines: readonly Line[], outcome: Outcome & { kind: 'retry' }, before: Known): 'wait' {
    failures = Math.max(failures, before.failures + 1);
    waitFor(outcome.afterMs ?? backoffMs(failures, options.random), outcome.afterMs !== undefined, before);
    buffer.putBack(lines);
    options.onRetry();
    if (failures === 3) {
      report('delivery', `Lines cannot be delivered to ${endpoint}: ${outcome.why}. They are kept and tried again.`);
    }
    return 'wait';
  }

  // Whether the key is wrong or the address: nothing that is sent again soon will be taken.
  function stopForLong(lines: readonly Line[], why: string, before: Known): 'wait' {
    denials = Math.max(denials, before.denials + 1);
    waitFor(deniedMs(denials), true, before);
    buffer.putBack(lines);
    report('denied', `The collector at ${endpoint} denied the lines: ${why}. Check endpoint and key; they are kept.`);
    return 'wait';
  }

  function refuse(lines: readonly Line[], why: string): 'again' {
    buffer.settle(lines, 'refused');
    report('refused', `The collector at ${endpoint} refused a line (${why}); it was dropped.`);
    return 'again';
  }

  function settle(lines: readonly Line[], outcome: Outcome, before: Known): 'delivered' | 'wait' | 'again' {
    switch (outcome.kind) {
      case 'delivered':
        return succeed(lines, before);
      case 'retry':
        return retryLater(lines, outcome, before);
      case 'denied':
        return stopForLong(lines, outcome.why, before);
      case 'tooLarge':
        if (lines.length === 1) return refuse(lines, outcome.why);
        maxBytes = Math.ceil(joinLines(lines).bytes / 2); // its limit, not a bad line: kept from now on
        break;
      case 'refused':
        if (!accepted) return stopForLong(lines, outcome.why, before);
        if (lines.length === 1) return refuse(lines, outcome.why);
        maxLines = Math.ceil(lines.length / 2);
        break;
    }
    buffer.putBack(lines);
    options.onRetry();
    return 'again';
  }

  return {
    async sendNext(sendOptions) {
      options.beforeBody();
      const limit = sendOptions?.keepalive ? Math.min(maxBytes, maxKeepaliveBytes) : maxBytes;
      const lines = buffer.take(limit, maxLines);
      if (lines.length === 0) return 'idle';
      const before = known();
      const body = joinLines(lines);
      options.onSent(body.bytes);
      let outcome: Outcome;
      try {
        outcome = asOutcome(await transport.send(body, sendOptions));
      } catch (cause) {
        outcome = { kind: 'retry', why: `the transport failed (${(cause as Error)?.message ?? cause})` };
      }
      return settle(lines, outcome, before);
    },
    recall: buffer.recall,
    get notBefore() {
      const setBackBy = waitsSince - now(); // somebody set the clock back: the wait must not grow by that
      if (setBackBy > 0) {
        waitsSince -= setBackBy;
        notBefore -= setBackBy;
      }
      return notBefore;
    },
    hurry() {
      if (!asked) notBefore = 0;
    },
  };
}
