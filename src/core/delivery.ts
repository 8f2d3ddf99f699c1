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
  const underWay = new Set<readonly Line[]>();
  let asked = false; // notBefore is the collector's wish, not our back-off

  function waitFor(ms: number): void {
    waitsSince = now();
    notBefore = waitsSince + ms;
  }

  function succeed(lines: readonly Line[]): 'delivered' {
    accepted = true;
    failures = 0;
    denials = 0;
    notBefore = 0;
    maxLines *= 2; // after a bad line was isolated, back to whole bodies
    buffer.settle(lines, 'delivered');
    return 'delivered';
  }

  function retryLater(lines: readonly Line[], outcome: Outcome & { kind: 'retry' }): 'wait' {
    failures += 1;
    asked = outcome.afterMs !== undefined;
    waitFor(outcome.afterMs ?? backoffMs(failures, options.random));
    buffer.putBack(lines);
    options.onRetry();
    if (failures === 3) {
      report('delivery', `Lines cannot be delivered to ${endpoint}: ${outcome.why}. They are kept and tried again.`);
    }
    return 'wait';
  }

  // Whether the key is wrong or the address: nothing that is sent again soon will be taken.
  function stopForLong(lines: readonly Line[], why: string): 'wait' {
    denials += 1;
    asked = true;
    waitFor(deniedMs(denials));
    buffer.putBack(lines);
    report('denied', `The collector at ${endpoint} denied the lines: ${why}. Check endpoint and key; they are kept.`);
    return 'wait';
  }

  function refuse(lines: readonly Line[], why: string): 'again' {
    buffer.settle(lines, 'refused');
    report('refused', `The collector at ${endpoint} refused a line (${why}); it was dropped.`);
    return 'again';
  }

  function settle(lines: readonly Line[], outcome: Outcome): 'delivered' | 'wait' | 'again' {
    switch (outcome.kind) {
      case 'delivered':
        return succeed(lines);
      case 'retry':
        return retryLater(lines, outcome);
      case 'denied':
        return stopForLong(lines, outcome.why);
      case 'tooLarge':
        if (lines.length === 1) return refuse(lines, outcome.why);
        maxBytes = Math.ceil(joinLines(lines).bytes / 2); // its limit, not a bad line: kept from now on
        break;
      case 'refused':
        if (!accepted) return stopForLong(lines, outcome.why);
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
      underWay.add(lines);
      const body = joinLines(lines);
      options.onSent(body.bytes);
      let outcome: Outcome;
      try {
        outcome = asOutcome(await transport.send(body, sendOptions));
      } catch (cause) {
        outcome = { kind: 'retry', why: `the transport failed (${(cause as Error)?.message ?? cause})` };
      }
      underWay.delete(lines);
      return settle(lines, outcome);
    },
    recall() {
      for (const lines of underWay) buffer.putBack(lines);
    },
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
