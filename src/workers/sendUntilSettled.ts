// logger.flush() where no timers run between invocations: sends, and looks, until every line has its fate.
import type { Delivery } from '../core/delivery.js';
import type { Ledger, Tally } from '../core/ledger.js';
import type { Line } from '../core/memoryBuffer.js';
import type { FlushResult } from '../core/types.js';
import { passMs, withinMs } from './time.js';

/** A request that has no answer by then is given up. */
const answerWithinMs = 10_000;
/** How often a flush looks whether lines that another one has under way have landed: soon enough for whoever awaits it. */
const lookAgainMs = 50;

/** Sends one body, and gives up on an answer that does not come within ms: `undefined`, where one's own transport does not. */
export function sendNext(delivery: Delivery, ms: number): Promise<'delivered' | 'idle' | 'wait' | 'again' | undefined> {
  const within = Math.min(ms, answerWithinMs);
  return withinMs(within, delivery.sendNext({ signal: AbortSignal.timeout(within) }));
}

export interface Sending {
  readonly delivery: Delivery;
  readonly ledger: Ledger;
  /** No second one, where the first has arrived. */
  readonly oneBody: boolean;
}

// Not async: what awaits would hold the lines until it is done, and many may.
export function sendUntilSettled(sending: Sending, lines: readonly Line[], timeoutMs: number): Promise<FlushResult> {
  return sendUntil(sending, sending.ledger.tally(lines), timeoutMs);
}

// No promise here is ever settled by another request, and none of another request is awaited: lines that another flush
// has under way are looked at again after a while.
async function sendUntil(
  { delivery, ledger, oneBody }: Sending,
  tally: Tally,
  timeoutMs: number,
): Promise<FlushResult> {
  const pending = (): boolean => tally.result().pending > 0;
  if (pending() || ledger.owesReport()) {
    const endAt = Date.now() + timeoutMs;
    const left = (): number => Math.max(0, endAt - Date.now());
    delivery.hurry();
    // What was dropped while these lines were sent is reported with a last body.
    while (pending() || ledger.owesReport()) {
      const wait = delivery.notBefore - Date.now();
      if (Math.max(0, wait) >= left()) break;
      if (wait > 0) await passMs(wait);
      const sent = await sendNext(delivery, left());
      if (oneBody && sent === 'delivered') break;
      if (!sent || sent === 'idle') await passMs(Math.min(lookAgainMs, left()));
    }
  }
  tally.end();
  return tally.result();
}
