// logger.flush() where no timers run between invocations: sends, and looks, until every line has its fate.
import type { Delivery } from '../core/delivery.js';
import type { Ledger } from '../core/ledger.js';
import type { Line } from '../core/memoryBuffer.js';
import type { FlushResult } from '../core/types.js';

/** `waitUntil` ends what takes longer than 30 s (developers.cloudflare.com/workers/runtime-apis/context). */
const answerWithinMs = 20_000;
/** How often a flush looks whether lines that another one has under way have landed: soon enough for whoever awaits it. */
const lookAgainMs = 50;

/** Sends one body, and gives up on an answer that does not come. */
export const sendNext = (delivery: Delivery): ReturnType<Delivery['sendNext']> =>
  delivery.sendNext({ signal: AbortSignal.timeout(answerWithinMs) });

// No promise here is ever settled by another request, and none of another request is awaited: lines that another flush
// has under way are looked at again after a while.
export async function sendUntilSettled(
  delivery: Delivery,
  ledger: Ledger,
  lines: readonly Line[],
  timeoutMs: number,
): Promise<FlushResult> {
  const tally = ledger.tally(lines);
  const endAt = Date.now() + timeoutMs;
  delivery.hurry();
  for (;;) {
    const wait = delivery.notBefore - Date.now();
    if (tally.result().pending === 0 || Date.now() + Math.max(0, wait) >= endAt) break;
    if (wait > 0) await passMs(wait);
    const sent = await withinMs(endAt - Date.now(), sendNext(delivery));
    if (sent === undefined) break;
    if (sent === 'idle') await passMs(Math.min(lookAgainMs, Math.max(0, endAt - Date.now())));
  }
  tally.end();
  return tally.result();
}

export const passMs = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

export function withinMs<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
