// The logger of a page or worker: joins the core with IndexedDB, fetch and sendBeacon, for the builds with tracking
// and without.
import { createAnnouncement } from '../core/announcement.js';
import type { AtEndOfTurn } from '../core/context.js';
import { gzipUrl } from '../core/fetchTransport.js';
import { createFlusher, type Timers } from '../core/flusher.js';
import { awaitFates, createParts } from '../core/join.js';
import { createLedger } from '../core/ledger.js';
import { createLoggerCore } from '../core/logger.js';
import { checkOptions } from '../core/options.js';
import { createTroubles } from '../core/trouble.js';
import type { Body, Context, Logger, LoggerOptions, Transport } from '../core/types.js';
import { createWriter } from '../core/writer.js';
import { compress } from './compress.js';
import { createPacking } from './packing.js';
import { staysForEver, watchPageExit } from './pageExit.js';
import { askOver, createReceipts, type Receipts } from './receipts.js';
import type { Outside } from './scope/outsideZone.js';
import { createStorage, type Storage } from './storage.js';

export interface BrowserPlatform {
  /** The context of loggers that are given none. */
  readonly context: Context;
  readonly outside: Outside;
  readonly atEndOfTurn: AtEndOfTurn;
  /** Why contexts are not carried over asynchronous code where that was wanted: a sentence of trouble. */
  readonly untracked?: string | undefined;
}

const now = (): number => Date.now();

/** Keepalive requests and beacons share 64 KiB a page; this leaves room for others. */
const maxBodyBytes = 48 * 1024;

/**
 * Larger requests end with the page, and while one is under way Firefox keeps the page out of the back/forward cache.
 * Others of the page need room, too.
 */
const keepaliveBytes = 60_000;

/** Whoever asks to save data gets longer intervals (wicg.github.io/savedata). */
const savingFactor = 4;
const onlineWithinMs = 2_000;

/** @throws TypeError when an option is wrong: it names the option, what was given and what is wanted. */
export function createBrowserLogger(options: LoggerOptions, platform: BrowserPlatform): Logger {
  const { context, outside, atEndOfTurn, untracked } = platform;
  const baseUrl = typeof document === 'undefined' ? globalThis.location?.href : document.baseURI;
  const settings = checkOptions(options, { context, baseUrl, maxBodyBytes });
  const report = createTroubles(settings.onTrouble);
  if (untracked) report('tracking', untracked);

  const ledger = createLedger();
  const core = createLoggerCore(ledger, settings.context);
  const writer = createWriter({ now, random: (bytes) => crypto.getRandomValues(bytes) });
  const timers = timersOutside(outside);
  const requests = { leftBehind: 0 };
  const fetch = fetchOutside(outside, globalThis.fetch, requests);
  let storage: Storage | undefined;

  const announcement = createAnnouncement((text) => storage?.keepAnnouncement(text));
  const parts = createParts({
    settings,
    ledger,
    report,
    fetch,
    now,
    announcement,
    compress: compressOutside(outside),
    keepaliveBytes,
    catchUp: core.catchUp,
    onSettled(lines, fate) {
      receipts.settled(lines);
      storage?.settled(lines, fate);
    },
  });
  const { buffer, transport } = parts;
  const receipts: Receipts = createReceipts({
    delivery: parts.delivery,
    buffer,
    announcement,
    ask: askOver(settings.url, fetch),
    now,
  });
  const trusts = (): boolean => settings.exit === 'trust' && !announcement.can('receipts');
  const everyMs = settings.flush.everyMs * (savesData() ? savingFactor : 1);
  const flusher = createFlusher({
    buffer,
    delivery: receipts.delivery,
    timers,
    now,
    everyMs,
    maxBodyBytes: settings.flush.maxBodyBytes,
    report,
  });

  if (settings.buffer.persist) {
    storage = createStorage({
      settings,
      buffer,
      writerName: writer.name(),
      announcement,
      timers,
      now,
      report,
      catchUp: core.catchUp,
      trusts,
      onAbandoned: receipts.settled,
      onDropped: (lines) => ledger.settled(lines, 'buffer_full'),
      onAdopted(lines) {
        receipts.doubt(lines);
        flusher.flush();
      },
    });
  }

  const canPack = (): boolean =>
    announcement.can('gzip') && !settings.transport && typeof CompressionStream !== 'undefined';
  const packing = createPacking({ buffer, canPack, compress, whenIdle: (fn) => outside(() => whenIdle(fn)) });
  const pageExit = outside(() =>
    typeof document === 'undefined'
      ? staysForEver
      : watchPageExit({
          buffer,
          flusher,
          saveNow: () => storage?.saveNow(),
          catchUp: core.catchUp,
          sendOnExit: beaconWith(settings.url, transport, settings.transport !== undefined),
          recall: () => requests.leftBehind > 0 || flusher.recall(),
          packs: packing.ready,
          sendPack: ({ member }) => beacon(gzipUrl(settings.url), member),
          atEndOfTurn,
          now,
          onHandedOver: (lines) => storage?.noteHandedOver(lines),
          onLeave: () => storage?.leave(),
          onReturn(handedOver) {
            if (trusts()) buffer.withdraw(handedOver, 'delivered');
            else receipts.doubt(handedOver);
            storage?.join();
          },
        }),
  );
  // Not all tabs and all users of a network at once.
  const onOnline = (): void => void timers.set(() => flusher.flush(), Math.random() * onlineWithinMs);
  outside(() => globalThis.addEventListener?.('online', onOnline));

  core.start({
    settings,
    writer,
    buffer,
    report,
    wake: (line) =>
      outside(() => {
        storage?.pushed(line);
        pageExit.pushed();
        packing.pushed();
        flusher.wake(line);
      }),
    send: (lines, timeoutMs) =>
      outside(() => {
        const fates = awaitFates(ledger, lines, timeoutMs, timers); // first: what is too old is dropped inside flush
        flusher.flush();
        return fates;
      }),
    saved: () => storage?.saved() ?? 0,
    stop() {
      flusher.stop();
      storage?.stop();
      pageExit.stop();
      globalThis.removeEventListener?.('online', onOnline);
    },
  });
  outside(() => void storage?.begin());
  return core.logger;
}

const timersOutside = (outside: Outside): Timers => ({
  set: (fn, afterMs) => outside(() => setTimeout(fn, afterMs)),
  clear: (timer) => outside(() => clearTimeout(timer as number)),
});

const fetchOutside =
  (outside: Outside, fetch: typeof globalThis.fetch, requests: { leftBehind: number }) =>
  async (url: string, init: { keepalive?: boolean }): Promise<Response> => {
    const kept = init.keepalive ? 1 : 0;
    requests.leftBehind += kept;
    try {
      return await outside(() => fetch(url, { ...init, credentials: 'omit', cache: 'no-store' }));
    } finally {
      requests.leftBehind -= kept;
    }
  };

function compressOutside(outside: Outside): ((text: string) => Promise<Uint8Array>) | undefined {
  if (typeof CompressionStream === 'undefined') return undefined;
  return (text) => outside(() => compress(text));
}

// One's own transport decides itself whether it can send while the page goes.
function beaconWith(url: string, transport: Transport, isOwn: boolean): (body: Body) => boolean {
  return (body) => {
    try {
      if (isOwn) return transport.sendOnExit?.(body) ?? false;
    } catch {
      return false;
    }
    return beacon(url, body.text);
  };
}

function beacon(url: string, body: BodyInit): boolean {
  try {
    return navigator.sendBeacon(url, body);
  } catch {
    return false; // missing, or patched by somebody to throw: the lines stay in IndexedDB
  }
}

const savesData = (): boolean =>
  (globalThis.navigator as { connection?: { saveData?: boolean } } | undefined)?.connection?.saveData === true;

// Safari has no requestIdleCallback.
const whenIdle = (fn: () => void): unknown =>
  typeof requestIdleCallback === 'function' ? requestIdleCallback(fn, { timeout: 1_000 }) : setTimeout(fn, 200);
