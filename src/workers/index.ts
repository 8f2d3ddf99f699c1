// The Workers build, also for Node, Deno and Bun: joins the core with AsyncLocalStorage and fetch.
import { createContextOver } from '../core/context.js';
import { copyFields, type Frame } from '../core/frame.js';
import { createParts } from '../core/join.js';
import { createLedger, type Ledger } from '../core/ledger.js';
import { createLoggerCore, type LoggerCore } from '../core/logger.js';
import { checkOptions } from '../core/options.js';
import { type SharedContext, sharedContextOf } from '../core/sharedContext.js';
import { createTroubles } from '../core/trouble.js';
import type { Context, Logger, LoggerOptions, Transport } from '../core/types.js';
import { createWriter, type WriterSources } from '../core/writer.js';
import { createAlsScope, createSynchronousStorage, type Storage } from './alsScope.js';
import { createBackgroundFlush } from './backgroundFlush.js';
import { flushBeforeExit, neverExits } from './beforeExit.js';
import { createFlushing, flushLate } from './flushing.js';
import { createInvocations } from './invocations.js';
import { type QueueBatch, type QueueMessage, runPart } from './runPart.js';
import { sendUntilSettled } from './sendUntilSettled.js';
import { publishedIn, type TailEvent } from './tail.js';
import { workerd } from './workerd.js';
import { registerLogger, type WorkerLogger } from './workerLogger.js';

export type * from '../core/types.js';
export type { InvocationOptions } from './invoke.js';
export { tail } from './tail.js';
export type { AnyClass } from './withMethods.js';
export { type WorkerHandlers, withTimber } from './withTimber.js';
export { withTimberDurableObject } from './withTimberDurableObject.js';
export { withTimberEntrypoint } from './withTimberEntrypoint.js';
export { withTimberWorkflow } from './withTimberWorkflow.js';

// A static import would stop a Worker without the flag nodejs_als or nodejs_compat at start-up; this one is caught.
const hooks = await import('node:async_hooks').catch(() => undefined);

const createStorage = <T>(): Storage<T> => (hooks ? new hooks.AsyncLocalStorage<T>() : createSynchronousStorage<T>());

const invocations = createInvocations(createStorage, {
  followsAwaits: hooks !== undefined,
  // developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent
  isInSome: () => globalThis.navigator?.userAgent === 'Cloudflare-Workers' && !isModuleCode(),
  waitUntil: workerd && ((work) => void (isModuleCode() || workerd?.waitUntil?.(work))),
});

// The one place in a Worker where no random bytes may be drawn.
function isModuleCode(): boolean {
  try {
    crypto.getRandomValues(new Uint8Array(1));
    return false;
  } catch {
    return true;
  }
}

// What one request sets where nothing tells us which it is would else be the base of all requests: in code that
// withTimber does not wrap, in a WebSocket's listeners, after an await where there is no AsyncLocalStorage, and in a
// function that module code has bound to its own context.
const refuseSet = (isEveryones: boolean): string | undefined =>
  invocations.mayBeLost() || (isEveryones && invocations.current())
    ? 'context.set did nothing: it was called outside of what withTimber follows, where nobody knows whose it is.'
    : undefined;

const ownContexts = new WeakSet<Context>();

/** An independent context: nothing of the shared one is in it, nor the other way round. */
export function createContext(): Context {
  const scope = createAlsScope<Frame>(invocations.storageOf(() => created));
  const created: Context = createContextOver(scope, queueMicrotask, refuseSet);
  ownContexts.add(created);
  return created;
}

/** The context that all loggers share unless they are given another. */
export const context: Context = createContext();

/**
 * Calls fn for each message of a queue's batch, one after the other. Lines that are logged meanwhile carry `message`
 * (id and attempts) and `queue` (name). What fn throws is logged with them, and ends the loop as a `for` loop's would:
 * rethrown unchanged.
 *
 * @example withTimber(logger, { queue: (batch) => forEachMessage(batch, async (message) => { … message.ack(); }) })
 */
export async function forEachMessage<Message extends QueueMessage>(
  { queue, messages }: QueueBatch<Message>,
  fn: (message: Message) => unknown,
): Promise<void> {
  const invocation = invocations.current();
  for (const message of messages) {
    const fields = { queue: { name: queue }, message: { id: message.id, attempts: message.attempts } };
    await (invocation ? runPart(invocation, fields, () => fn(message)) : context(fields, () => fn(message)));
  }
}

const now = (): number => Date.now();

// Cloudflare's clock stands at 0 outside of an invocation, and random bytes throw there: nothing is numbered then.
const sources: WriterSources = {
  now() {
    const time = now();
    if (time === 0) throw new Error('there is no time outside of an invocation');
    return time;
  },
  random: (bytes) => void crypto.getRandomValues(bytes),
};

/** One body a flush, as a rule: it may be large. */
const maxBodyBytes = 512 * 1024;
const lostAfterMs = 60_000;

/** Where one's own transport is given, nothing is POSTed: no endpoint is needed. */
export type WorkerLoggerOptions = LoggerOptions | (Omit<LoggerOptions, 'endpoint'> & { transport: Transport });

type Given = WorkerLoggerOptions | ((env: any) => WorkerLoggerOptions);

/**
 * A logger whose lines are delivered after each invocation that `withTimber` wraps, and by `logger.flush()`; in Node,
 * Deno and Bun also before the process ends by itself. Given a function, its options are checked with the environment
 * of the first invocation: wrong ones are told as trouble, and the logger is off.
 * @throws TypeError when an option is wrong: it names the option, what was given and what is wanted.
 */
export function createLogger(options: Given): Logger {
  const { core, workerLogger } = createWorkerLogger(options);
  registerLogger(core, workerLogger);
  return core.logger;
}

/**
 * A `tail` handler for a Tail Worker: it forwards to the collector what Workers with `transport: tail()` have published,
 * with the same buffer, retries and reports of drops as any logger. Options are those of `createLogger`, or a function of
 * the environment.
 * @throws TypeError when an option is wrong, as createLogger does.
 * @example export default { tail: tailToCollector((env) => ({ endpoint: env.TIMBER_ENDPOINT, key: env.TIMBER_KEY })) };
 */
export function tailToCollector(
  options: Given,
): (events: readonly TailEvent[], env?: unknown, ctx?: unknown) => Promise<void> {
  const { core, workerLogger } = createWorkerLogger(options);
  return async (events, env) => {
    workerLogger.configure(env);
    if (!core.works) return;
    const { buffer, report } = core.works;
    const { lines, troubles } = publishedIn(events, now());
    for (const sentence of troubles) report('tail', sentence);
    for (const line of lines) buffer.push(line);
    await workerLogger.flushOnce();
  };
}

function createWorkerLogger(options: Given): { core: LoggerCore; workerLogger: WorkerLogger } {
  const ledger = createLedger();
  const core = createLoggerCore(ledger, context);
  let flush: (() => Promise<void>) | undefined;
  let configured = false;

  function configure(given: WorkerLoggerOptions): void {
    flush = start(given as LoggerOptions, core, ledger, () => wake(workerLogger));
  }

  const workerLogger: WorkerLogger = {
    configure(env) {
      if (configured || typeof options !== 'function') return;
      configured = true;
      try {
        configure(options(env));
      } catch (cause) {
        core.turnOff();
        console.warn(`timberlog: the logger is off. ${(cause as Error)?.message ?? cause}`);
      }
    },
    context: () => core.works?.settings.context ?? context,
    enter(facts, fn) {
      const entered = workerLogger.context();
      if (ownContexts.has(entered)) return fn();
      return (sharedContextOf(entered) as SharedContext).runOverOwnBase(copyFields(facts()), fn);
    },
    flushOnce: async () => flush?.(),
    invocations,
  };
  if (typeof options !== 'function') configure(options);
  return { core, workerLogger };
}

// Lines of code that nobody knows the invocation of: a listener's that nothing follows, or what nobody has wrapped.
const lost = createFlushing([], false);

/** A line was logged: there is a flush to come, or there has to be one. */
function wake(logger: WorkerLogger): void {
  const { waitUntil } = invocations;
  const known = invocations.current()?.flushing;
  const flushing = known ?? lost;
  flushing.loggers.add(logger);
  if (!flushing.isOpen && (known || waitUntil)) flushLate(flushing, waitUntil ?? known?.waitUntil);
}

/** Returns the flush after an invocation. */
function start(given: LoggerOptions, core: LoggerCore, ledger: Ledger, wake: () => void): () => Promise<void> {
  const settings = checkOptions(given, { context, maxBodyBytes });
  const report = createTroubles(settings.onTrouble);
  if (!hooks)
    report(
      'tracking',
      'There is no node:async_hooks here (in Workers: set the compatibility flag nodejs_als, or a date from 2026-08-04 on). Contexts are kept in synchronous code only.',
    );
  const { catchUp } = core;
  const atExit = workerd ? neverExits : flushBeforeExit(core.logger, report);
  const maxFlushBytes = settings.transport?.maxFlushBytes;
  const { buffer, delivery } = createParts({
    settings,
    ledger,
    report,
    fetch: (...of) => fetch(...of),
    now,
    catchUp,
    onSettled() {
      if (buffer.pending().length === 0) atExit.forget();
    },
    lostAfterMs,
  });
  core.start({
    settings,
    writer: createWriter(sources),
    buffer,
    report,
    wake() {
      atExit.expect();
      wake();
    },
    send: (lines, timeoutMs) =>
      sendUntilSettled({ delivery, ledger, oneBody: maxFlushBytes !== undefined }, lines, timeoutMs),
    saved: () => 0,
    stop: atExit.forget,
  });
  const { owesReport } = ledger;
  const bytesABody = maxFlushBytes === undefined ? settings.flush.maxBodyBytes : Number.POSITIVE_INFINITY;
  return createBackgroundFlush({ buffer, delivery, maxBodyBytes: bytesABody, now, owesReport });
}
