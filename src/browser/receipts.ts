// Lines that may have arrived although nobody read an answer: a collector that keeps receipts is asked before they are
// sent again.
import type { Announcement } from '../core/announcement.js';
import type { Delivery } from '../core/delivery.js';
import { addToRanges, inRanges } from '../core/idRanges.js';
import type { Buffer, Line } from '../core/memoryBuffer.js';
import { backoffMs } from '../core/retry.js';

export interface ReceiptsOptions {
  readonly delivery: Delivery;
  readonly buffer: Buffer;
  readonly announcement: Announcement;
  /** Asks which of the ids have not arrived. */
  ask(ids: readonly string[], signal: unknown): Promise<Missing>;
  now(): number;
}

/** Id ranges; or nothing, when it may be known later; or that it never will. */
export type Missing = readonly string[] | 'later' | 'never';

export interface Receipts {
  /** As the one given, but for asking first. */
  readonly delivery: Delivery;
  /** They may have arrived. */
  doubt(lines: readonly Line[]): void;
  settled(lines: readonly Line[]): void;
}

/** Lines of one question. */
const maxAsked = 1_000;

export function createReceipts({ delivery, buffer, announcement, ask, now }: ReceiptsOptions): Receipts {
  const doubtful = new Set<Line>();
  let failures = 0;
  let notBefore = 0;

  async function settleOldest(lines: readonly Line[], signal: unknown): Promise<'wait' | 'again'> {
    const ids: string[] = [];
    for (const line of lines) addToRanges(ids, line.id);
    const missing = await ask(ids, signal);
    if (missing === 'later') {
      failures += 1;
      notBefore = now() + backoffMs(failures, Math.random);
      return 'wait';
    }
    failures = 0;
    for (const line of missing === 'never' ? [...doubtful] : lines) doubtful.delete(line);
    if (missing === 'never') return 'again';
    const isMissing = inRanges(missing);
    buffer.withdraw(
      lines.filter((line) => !isMissing(line.id)),
      'delivered',
    );
    return 'again';
  }

  return {
    doubt(lines) {
      for (const line of lines) doubtful.add(line);
    },
    settled(lines) {
      for (const line of lines) doubtful.delete(line);
    },
    delivery: {
      ...delivery,
      get notBefore() {
        return Math.max(delivery.notBefore, Math.min(notBefore, now() + 5 * 60_000));
      },
      hurry() {
        notBefore = 0;
        delivery.hurry();
      },
      sendNext(options) {
        // While a page goes there is no time to ask.
        if (doubtful.size > 0 && !options?.keepalive && announcement.can('receipts')) {
          const asked = buffer.waiting().filter((line) => doubtful.has(line));
          if (asked.length > 0) return settleOldest(asked.slice(0, maxAsked), options?.signal);
        }
        return delivery.sendNext(options);
      },
    },
  };
}

/** POSTs `{"ids":["01K…-1..40"]}` to `{endpoint}/receipts`, and reads `{"missing":["01K…-3..5"]}`. */
export const askOver =
  (url: string, fetch: (url: string, init: object) => Promise<Response>): ReceiptsOptions['ask'] =>
  async (ids, signal) => {
    const to = new URL(url);
    to.pathname = `${to.pathname.replace(/\/$/, '')}/receipts`;
    try {
      const answer = await fetch(to.href, {
        method: 'POST',
        body: JSON.stringify({ ids }),
        redirect: 'manual',
        signal,
      });
      if (!answer.headers.get('timberlog-collector')) return 'later'; // somebody else's: a captive portal's
      const { missing } = await answer.json().catch(() => ({}));
      return answer.ok && Array.isArray(missing) ? missing.map(String) : 'never';
    } catch {
      return 'later';
    }
  };
