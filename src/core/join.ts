// Joins the parts that every platform has: from checked options to a buffer, a delivery and a ledger.
import type { Announcement } from './announcement.js';
import { createDelivery, type Delivery } from './delivery.js';
import { createFetchTransport, type FetchTransportOptions } from './fetchTransport.js';
import type { Timers } from './flusher.js';
import type { Ledger } from './ledger.js';
import { type Buffer, createMemoryBuffer, type Fate, type Line } from './memoryBuffer.js';
import type { Settings } from './options.js';
import type { ReportTrouble } from './trouble.js';
import type { FlushResult, Transport } from './types.js';

export interface PartsOptions {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly report: ReportTrouble;
  readonly fetch: FetchTransportOptions['fetch'];
  readonly announcement?: Announcement;
  readonly compress?: FetchTransportOptions['compress'];
  readonly keepaliveBytes?: number;
  now(): number;
  catchUp(): void;
  onSettled?(lines: readonly Line[], fate: Fate): void;
  /** A request that has not answered by then never will: its lines wait again. */
  readonly lostAfterMs?: number;
}

export interface Parts {
  readonly buffer: Buffer;
  readonly transport: Transport;
  readonly delivery: Delivery;
}

export function createParts(options: PartsOptions): Parts {
  const { settings, ledger, report, now, catchUp, onSettled } = options;
  const buffer = createMemoryBuffer({
    maxBytes: settings.buffer.maxBytes,
    maxAgeMs: settings.buffer.maxAgeMs,
    lostAfterMs: options.lostAfterMs ?? Number.POSITIVE_INFINITY,
    now,
    onSettled(lines, fate) {
      ledger.settled(lines, fate);
      onSettled?.(lines, fate);
    },
  });
  const transport = settings.transport ?? createFetchTransport({ ...options, url: settings.url });
  const delivery = createDelivery({
    buffer,
    transport,
    endpoint: settings.endpoint,
    maxBodyBytes: Math.min(settings.flush.maxBodyBytes, transport.maxFlushBytes ?? Number.POSITIVE_INFINITY),
    now,
    random: Math.random,
    report,
    beforeBody: catchUp,
    onSent: ledger.sent,
    onRetry: ledger.retried,
  });
  return { buffer, transport, delivery };
}

/** Resolves when every line has its fate, or after timeoutMs. */
export async function awaitFates(
  ledger: Ledger,
  lines: readonly Line[],
  timeoutMs: number,
  timers: Timers,
): Promise<FlushResult> {
  const tally = ledger.tally(lines);
  let timer: unknown;
  const timeout = new Promise<void>((resolve) => {
    timer = timers.set(resolve, timeoutMs);
  });
  await Promise.race([tally.whenSettled(), timeout]);
  timers.clear(timer);
  tally.end();
  return tally.result();
}
