// The public logger: a log call becomes an entry at once and, as soon as the platform lets it be numbered, a line.

import { createEntry, type Entry, encodeEntry, numbered } from './entry.js';
import { longestTimerMs } from './flusher.js';
import { copyFields, type Layer } from './frame.js';
import type { Ledger } from './ledger.js';
import { levels, rankOf } from './levels.js';
import type { Buffer, Line } from './memoryBuffer.js';
import { composeFields, noFields } from './merge.js';
import { type Settings, show } from './options.js';
import { type SharedContext, sharedContextOf } from './sharedContext.js';
import type { ReportTrouble } from './trouble.js';
import type { Context, Fields, FlushResult, Level, Logger } from './types.js';
import type { Writer } from './writer.js';

/** What a platform joins to make a logger work. */
export interface Works {
  readonly settings: Settings;
  readonly writer: Writer;
  readonly buffer: Buffer;
  readonly report: ReportTrouble;
  /** A line was pushed into the buffer. */
  wake(line: Line): void;
  /** Sends until tally is settled or timeoutMs are over. */
  send(lines: readonly Line[], timeoutMs: number): Promise<FlushResult>;
  /** Of the buffered lines, how many are on disk. */
  saved(): number;
  /** Ends timers, listeners and the like. */
  stop(): void;
}

export interface LoggerCore {
  readonly logger: Logger;
  /** The works, once started. */
  readonly works: Works | undefined;
  /** From now on lines reach the buffer; what was logged before is numbered now. */
  start(works: Works): void;
  /** The options were wrong where nothing may throw: all lines are dropped and counted. */
  turnOff(): void;
  /** Numbers what waits for its number, and logs what was dropped since the last report. */
  catchUp(): void;
}

const cores = new WeakMap<Logger, LoggerCore>();

/** The core that a logger, or a child made by `with`, belongs to; `undefined` for what was not made here. */
export const coreOf = (logger: Logger): LoggerCore | undefined => cores.get(logger);

/** Log calls before the logger has its options, or where nothing may be numbered, are kept up to this many. */
const maxUnnumbered = 1_000;
const defaultFlushMs = 10_000;

export function createLoggerCore(ledger: Ledger, contextBefore: Context): LoggerCore {
  const root = { under: noFields };
  let works: Works | undefined;
  let rootLogger: Logger | undefined;
  let shared = sharedContextOf(contextBefore) as SharedContext;
  let stopListening: (() => void) | undefined;
  let threshold = 0;
  let chosen: number | undefined; // by setLevel, possibly before the options are known
  let end: 'closed' | 'off' | undefined;
  let unnumbered: Entry[] = [];

  function log(level: Level, message: unknown, event: unknown, layer: Layer): void {
    if (rankOf(level) < threshold) return;
    ledger.logged();
    if (end) {
      ledger.droppedUnnumbered(level, end);
      return;
    }
    try {
      accept(createEntry(level, message, event, shared.current(), layer));
    } catch (cause) {
      ledger.droppedUnnumbered(level, 'encoding');
      works?.report('encoding', 'A line could not be encoded and was dropped: a defect of timberlog.', cause);
    }
  }

  function accept(entry: Entry): void {
    if (unnumbered.length > 0 || !works || !push(works, entry)) unnumbered.push(entry);
    if (unnumbered.length > 1) numberAll();
    if (unnumbered.length > maxUnnumbered) {
      const { level, isDropReport } = unnumbered.shift() as Entry;
      ledger.droppedUnnumbered(level, 'buffer_full', isDropReport);
    }
  }

  // In Workers neither clock nor random source may be used outside of an invocation: false then.
  function push({ settings, writer, buffer, wake }: Works, entry: Entry): boolean {
    const rest = encodeEntry(entry, settings.name);
    let number: ReturnType<Writer['next']>;
    try {
      number = writer.next();
    } catch {
      return false;
    }
    const text = numbered(number.id, number.at, rest.text);
    const { level, isDropReport } = entry;
    const line: Line = {
      id: number.id,
      text,
      bytes: text.length - rest.text.length + rest.bytes, // id and dt are ASCII
      level,
      at: number.at,
      ...(isDropReport && { isDropReport }),
    };
    buffer.push(line);
    wake(line);
    return true;
  }

  // What was logged before the options were known is held to them: the level, and whose context it may carry.
  function adoptEarly(context: Context): void {
    const early = unnumbered.filter((entry) => rankOf(entry.level) >= threshold);
    ledger.unlogged(unnumbered.length - early.length);
    const known = shared;
    shared = sharedContextOf(context) as SharedContext;
    const own = shared.root();
    unnumbered = known === shared ? early : early.map((entry) => ({ ...entry, collapsed: own }));
  }

  function numberAll(): void {
    while (works && unnumbered.length > 0 && push(works, unnumbered[0] as Entry)) unnumbered.shift();
  }

  function reportDrops(): void {
    const report = ledger.takeDropReport();
    if (!report || !works) return;
    ledger.logged();
    const message = `timberlog dropped ${report.total} ${report.total === 1 ? 'line' : 'lines'}`;
    // It is nobody's line: it carries no scope's context, whoever's flush it goes out with.
    const entry = createEntry('warn', message, undefined, shared.root(), { root, over: noFields });
    accept({ ...entry, event: JSON.stringify({ timber_dropped: report }), isDropReport: true });
  }

  async function flush(timeoutMs: unknown): Promise<FlushResult> {
    const ms = typeof timeoutMs === 'number' && timeoutMs >= 0 ? Math.min(timeoutMs, longestTimerMs) : defaultFlushMs;
    numberAll();
    if (!works) return { delivered: 0, dropped: 0, pending: unnumbered.length };
    const result = await works.send(works.buffer.pending(), ms);
    return { ...result, pending: result.pending + unnumbered.length };
  }

  function setLevel(level: Level | 'off'): void {
    if (level === 'off' || levels.includes(level)) threshold = chosen = rankOf(level);
    else works?.report('level', `setLevel was given ${show(level)}; it wants ${levels.join(', ')} or off.`);
  }

  function createChild(layer: Layer): Logger {
    const at =
      (level: Level): Logger[Level] =>
      (message, event) =>
        log(level, message, event, layer);
    const child: Logger = {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      fatal: at('fatal'),
      with: (fields: Fields) => createChild({ root, over: composeFields(layer.over, copyFields(fields)) }),
      isEnabled: (level) => !end && levels.includes(level) && rankOf(level) >= threshold,
      setLevel,
      flush: (options) => flush(options?.timeoutMs),
      stats: () => ledger.stats(works?.saved() ?? 0),
      async close() {
        const flushed = flush(undefined);
        end ??= 'closed';
        const result = await flushed;
        works?.stop();
        stopListening?.();
        return result;
      },
    };
    cores.set(child, core);
    return child;
  }

  const core: LoggerCore = {
    get logger() {
      rootLogger ??= createChild({ root, over: noFields });
      return rootLogger;
    },
    get works() {
      return works;
    },
    start(started) {
      const { settings } = started;
      threshold = chosen ?? rankOf(settings.level);
      if (settings.release) root.under = copyFields({ release: settings.release });
      adoptEarly(settings.context);
      stopListening = shared.listen(started.report);
      works = started;
      numberAll();
    },
    turnOff() {
      end = 'off';
      for (const entry of unnumbered) ledger.droppedUnnumbered(entry.level, 'off');
      unnumbered = [];
    },
    catchUp() {
      numberAll();
      reportDrops();
    },
  };
  return core;
}
