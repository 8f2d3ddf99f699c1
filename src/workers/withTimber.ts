// An invocation of a Worker: its own context, its lines delivered once it is over.
import { copyFields } from '../core/frame.js';
import { coreOf, type LoggerCore } from '../core/logger.js';
import type { EncodedFields } from '../core/merge.js';
import type { Logger } from '../core/types.js';
import { withFetch } from './withFetch.js';

/** What withTimber needs of a logger beyond its public face. */
export interface WorkerLogger {
  /** Checks options that wait for an environment; the first call counts. Never throws. */
  configure(env: unknown): void;
  /** Runs fn as an invocation of its own, with facts under the logger's context. */
  runInvocation<T>(facts: EncodedFields, fn: () => T): T;
  /** Sends one body. Never rejects. */
  flushOnce(): Promise<void>;
}

const workerLoggers = new WeakMap<LoggerCore, WorkerLogger>();

export function registerLogger(core: LoggerCore, workerLogger: WorkerLogger): void {
  workerLoggers.set(core, workerLogger);
}

/** As much of Cloudflare's ExecutionContext as is used. */
interface InvocationContext {
  waitUntil(promise: Promise<unknown>): void;
}

type FetchHandler = (request: any, env: any, ctx: any) => unknown;

/**
 * Wraps a Worker's handlers. Each `fetch` runs in a context of its own, with `http.method`, `host`, `path` and
 * `request_id` (Cloudflare's ray id, or a new one) and `platform.cloudflare.colo`. Lines are sent once after the
 * handler and what it gave to `ctx.waitUntil`: in `ctx.waitUntil`, where there is one. An exception is logged,
 * delivered, and rethrown unchanged. All other handlers and properties are passed through.
 */
export function withTimber<Handlers extends { fetch: FetchHandler }>(logger: Logger, handlers: Handlers): Handlers {
  const core = coreOf(logger);
  const workerLogger = core && workerLoggers.get(core);
  if (!workerLogger) {
    console.warn('timberlog: withTimber was given a logger that this copy of timberlog did not make; it does nothing.');
    return handlers;
  }
  const fetch: FetchHandler = (request, env, ctx) => {
    workerLogger.configure(env);
    const background: Promise<unknown>[] = [];
    const handle = async (): Promise<unknown> => {
      try {
        return await handlers.fetch(request, env, recordWaitUntil(ctx, background));
      } catch (error) {
        logger.error(error as Error);
        throw error;
      } finally {
        const flushed = flushAfter(background, workerLogger);
        if (canWait(ctx)) ctx.waitUntil(flushed);
      }
    };
    return workerLogger.runInvocation(copyFields(factsOf(request)), handle);
  };
  return withFetch(handlers, fetch);
}

async function flushAfter(background: Promise<unknown>[], workerLogger: WorkerLogger): Promise<void> {
  while (background.length > 0) await Promise.allSettled(background.splice(0));
  await workerLogger.flushOnce();
}

// Servers of Node, Deno and Bun, and an application's own tests, call fetch without a ctx.
const canWait = (ctx: unknown): ctx is InvocationContext =>
  typeof (ctx as InvocationContext | undefined)?.waitUntil === 'function';

function recordWaitUntil<C>(ctx: C, background: Promise<unknown>[]): C {
  if (!canWait(ctx)) return ctx;
  const waitUntil = (promise: Promise<unknown>): void => {
    background.push(promise);
    ctx.waitUntil(promise);
  };
  return new Proxy(ctx, {
    get(target, name) {
      if (name === 'waitUntil') return waitUntil;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value; // the platform's methods want their own `this`
    },
  });
}

interface IncomingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly cf?: { readonly colo?: unknown };
}

// Of the address no more than host and path: a query may hold anything.
function factsOf(request: IncomingRequest): object {
  const { host, pathname } = new URL(request.url);
  const colo = request.cf?.colo;
  return {
    http: {
      method: request.method,
      host,
      path: pathname,
      request_id: request.headers.get('cf-ray') ?? crypto.randomUUID(),
    },
    ...(typeof colo === 'string' && { platform: { cloudflare: { colo } } }),
  };
}
