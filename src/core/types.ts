/// <reference lib="esnext.disposable" preserve="true" />
// The public types of the core: what an application gives and gets. Behaviour is elsewhere.

/** What a caller attaches: any values under any names. They are copied when given, into their encoded form. */
export type Fields = { readonly [name: string]: unknown };

export type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Carries fields to every line logged inside, however deep and however asynchronous. */
export interface Context {
  /**
   * Runs fn with fields merged over the current context, and returns what fn returns. Plain objects merge at every
   * depth, everything else replaces, `undefined` removes.
   */
  <T>(fields: Fields, fn: () => T): T;
  /**
   * For a synchronous block: `using _ = context({ job: { id: 123 } })`. Until the block ends, all code of that turn
   * carries the fields. One still open at the end of its turn is closed there and told as trouble.
   */
  (fields: Fields): Disposable;
  /**
   * Merges fields into the base under every scope: `set({ user: { id } })` at login, `set({ user: undefined })` at
   * logout. In a page: the page's. In a withTimber invocation: that invocation's, for all its later lines. Elsewhere:
   * the process's; in a Worker's other invocations it does nothing, as nobody knows whose it would be.
   */
  set(fields: Fields): void;
  /** The collapsed context, frozen: base and scopes merged, every value in its encoded form. */
  get(): Fields;
  /** fn, bound to the context current now; for callbacks that nothing tracks. Keeps `this`, arguments and result. */
  bind<F extends (...args: any[]) => unknown>(fn: F): F;
}

export interface Logger {
  debug(message: string | Error, event?: Fields | Error): void;
  info(message: string | Error, event?: Fields | Error): void;
  warn(message: string | Error, event?: Fields | Error): void;
  error(message: string | Error, event?: Fields | Error): void;
  fatal(message: string | Error, event?: Fields | Error): void;
  /** A child whose lines carry fields too, merged over the context; it needs no tracking at all. */
  with(fields: Fields): Logger;
  isEnabled(level: Level): boolean;
  /** For this logger and everything made from the same createLogger call. */
  setLevel(level: Level | 'off'): void;
  /**
   * Sends what was logged before the call. Never rejects. What is not settled after timeoutMs is pending and stays
   * buffered.
   */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /** Counts since createLogger: `logged` = `delivered` + `buffered` + all of `dropped`, at every moment. */
  stats(): Stats;
  /** Stops, after a flush. Lines logged later are dropped and counted under `closed`. */
  close(): Promise<FlushResult>;
}

export interface FlushOptions {
  /** Milliseconds. @default 10_000 */
  timeoutMs?: number;
}

/** Counts of the lines that were logged before the flush. */
export interface FlushResult {
  delivered: number;
  dropped: number;
  /** Neither acknowledged nor dropped yet: still buffered, sent later. */
  pending: number;
}

export type DropReason =
  /** The buffer was over `buffer.maxBytes`. */
  | 'buffer_full'
  /** The line waited for longer than `buffer.maxAgeMs`. */
  | 'too_old'
  /** The collector refused the line itself (400, 422, or 413 for the line alone). */
  | 'refused'
  /** Logged after `close()`. */
  | 'closed'
  /** The line could not be encoded: a defect of ours, told as trouble. */
  | 'encoding'
  /** The options given for this environment were wrong, so that the logger is off. */
  | 'off';

export interface Stats {
  /** Lines accepted: at or above the level. */
  logged: number;
  /** Of those, waiting or on their way. */
  buffered: number;
  /** Of the buffered ones, known to be in IndexedDB. */
  saved: number;
  delivered: number;
  /** Bodies whose sending had to be tried again. */
  retried: number;
  /** Bytes of the bodies handed to the transport, repeats included. */
  bytes: number;
  dropped: { readonly [reason in DropReason]?: number };
}

export interface LoggerOptions {
  /** Where bodies are POSTed. In a page it may be relative to the page. */
  endpoint: string | URL;
  /** Write-only ingest key, sent as `?key=`. */
  key?: string;
  /** Stands on each line as `logger`. */
  name?: string;
  /** The lowest level that is logged. @default 'debug' */
  level?: Level | 'off';
  /** @default the shared `context` */
  context?: Context;
  /** Stands on each line as `context.release`. */
  release?: Release;
  /** How lines leave. @default HTTP to the endpoint */
  transport?: Transport;
  buffer?: BufferOptions;
  flush?: FlushTiming;
  /**
   * Pages: what becomes of lines that were handed to `sendBeacon` while a page went, if the collector keeps no receipts.
   * `'resend'` sends them again at the next visit, under the same ids; `'trust'` takes them for delivered, for backends
   * that cannot deduplicate, and loses what the beacon did not bring. @default 'resend'
   */
  exit?: 'resend' | 'trust';
  /**
   * Our own failures, told once a kind, in a sentence. It must not throw; what it throws is dropped.
   * @default console.warn
   */
  onTrouble?(trouble: Trouble): void;
}

export interface Release {
  version?: string;
  commit_hash?: string;
  created_at?: string;
}

export interface BufferOptions {
  /** Loggers with the same name share stored lines. @default made from the endpoint and key */
  name?: string;
  /** UTF-8 bytes of lines kept while they cannot be delivered; beyond it the oldest debug and info lines go first. @default 5_242_880 */
  maxBytes?: number;
  /** @default 1_209_600_000 (14 days) */
  maxAgeMs?: number;
  /** Browsers: mirror the buffer to IndexedDB. @default true */
  persist?: boolean;
  /** Browsers: `'strict'` waits for the disk, for those who fear power cuts. @default 'relaxed' */
  durability?: 'relaxed' | 'strict';
}

export interface FlushTiming {
  /** Pages: milliseconds from a line to its body. Elsewhere bodies go after an invocation, and by `flush()`. @default 5_000 */
  everyMs?: number;
  /** UTF-8 bytes. A body is sent at once when this much waits. @default 49_152 */
  maxBodyBytes?: number;
}

/** Lines joined by newlines, ready to send. */
export interface Body {
  readonly text: string;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  readonly lines: number;
}

/**
 * What became of a body. `delivered`: acknowledged. `retry`: again later, not before afterMs if given. `tooLarge`:
 * again in halves. `refused`: some line in it is bad. `denied`: the key or endpoint is wrong; keep the lines.
 */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs?: number }
  | { readonly kind: 'tooLarge' | 'refused' | 'denied'; readonly why: string };

export interface SendOptions {
  /** The page may go while this is under way. */
  keepalive?: boolean;
  /** Aborts when the answer is no longer waited for (an AbortSignal). */
  signal?: any;
}

export interface Transport {
  /** Where a platform limits what may be sent at a time: a flush sends one body of so many bytes; what is more waits. */
  readonly maxFlushBytes?: number;
  /** Resolves with what became of the body; nothing means delivered; a rejection means try again later. */
  send(body: Body, options?: SendOptions): Promise<Outcome | void>;
  /** Hands the body over while the page goes: true if it was taken, which acknowledges nothing. */
  sendOnExit?(body: Body): boolean;
}

/** One of our own failures. */
export interface Trouble {
  kind: string;
  /** A sentence: what happened, what was given, what is wanted. */
  message: string;
  /** How often this kind has happened. A kind is told once, the first time; the number goes on. */
  count: number;
  cause?: unknown;
}
