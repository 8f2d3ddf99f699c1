// One invocation, of whatever kind: its own context, its exception logged, its lines sent once it is over.
import type { Logger } from '../core/types.js';
import { createFlushing, flushAtEnd } from './flushing.js';
import { followStreams } from './followStreams.js';
import type { Invocation } from './invocations.js';
import { canWait } from './recordWaitUntil.js';
import { type WorkerLogger, workerLoggerOf } from './workerLogger.js';

/** One, or several for several collectors: each logs exceptions and access, and is flushed. */
export type Loggers = Logger | readonly Logger[];

export interface InvocationOptions {
  /** Lines say who asked: the client's address, country, city and network; an e-mail's sender and recipient. @default false */
  client?: boolean;
  /** One line at the end of each invocation, `GET /cart 200`, with `status` and `durationMs`. @default false */
  access?: boolean;
}

/** What is known of an invocation when it begins. */
export interface Call {
  /** Of its handler or method; none for what has no access line. */
  readonly name?: string;
  readonly env: unknown;
  /** ExecutionContext or DurableObjectState, where there is one. */
  readonly ctx: unknown;
  /** The object whose method it is: what that calls of itself is no invocation of its own. */
  readonly owner?: object;
  /** Its end may be days away: its lines do not wait for it. */
  readonly isLong?: boolean | undefined;
  /** Asked for when somebody first looks at a context: many invocations log nothing. */
  facts(): object;
}

/** Runs fn as an invocation, and returns what it returns. */
export type Invoke = (call: Call, fn: (invocation: Invocation) => unknown) => unknown;

/** Invocations for these loggers; `undefined`, and told, where this copy of timberlog made none of them. */
export function createInvoke(given: Loggers, { access }: InvocationOptions): Invoke | undefined {
  const loggers = ([given].flat() as Logger[]).filter(isOurs);
  const workerLoggers = loggers.map((logger) => workerLoggerOf(logger) as WorkerLogger);
  const [first] = workerLoggers;
  if (!first) return undefined;
  const { invocations } = first;
  followStreams(invocations);

  function createInvocation({ ctx, facts, owner, isLong }: Call): Invocation {
    const waitUntil = canWait(ctx) ? (work: Promise<unknown>) => ctx.waitUntil(work) : undefined;
    const flushing = createFlushing(workerLoggers, !isLong, waitUntil);
    const told = new Set<unknown>();
    let known: object | undefined;
    return {
      ...{ invocations, loggers, flushing, owner, frames: new Map() },
      facts() {
        known ??= factsOrNone(facts);
        return known;
      },
      tell(error) {
        if (!told.has(error)) for (const logger of loggers) logger.error(error as Error);
        told.add(error);
      },
    };
  }

  return (call, fn) => {
    const around = invocations.current();
    if (call.owner && around?.owner === call.owner) return fn(around);
    for (const logger of workerLoggers) logger.configure(call.env);
    const startedAt = Date.now();
    const invocation = createInvocation(call);
    const inside = invocations.begin(invocation);

    function end(status: unknown): void {
      if (access && call.name) {
        const event = { status, durationMs: Date.now() - startedAt };
        const message = `${titleOf(invocation) ?? call.name} ${status}`;
        inside(() => loggers.forEach((logger) => void logger.info(message, event)));
      }
      const flushed = flushAtEnd(invocation.flushing);
      (invocation.flushing.waitUntil ?? invocations.waitUntil)?.(flushed);
    }

    function done(result: unknown): unknown {
      end((call.name === 'fetch' && (result as { status?: number } | undefined)?.status) || 'ok');
      return result;
    }

    function fail(error: unknown): never {
      inside(() => invocation.tell(error));
      end('exception');
      throw error;
    }

    function run(): unknown {
      let result: any;
      try {
        result = fn(invocation);
      } catch (error) {
        fail(error);
      }
      return typeof result?.then === 'function' ? Promise.resolve(result).then(done, fail) : done(result);
    }

    const enter = (inner: () => unknown, logger: WorkerLogger) => () => logger.enter(invocation.facts, inner);
    return inside(workerLoggers.reduce(enter, run));
  };
}

function isOurs(logger: Logger): boolean {
  const known = workerLoggerOf(logger) !== undefined;
  if (!known)
    console.warn('timberlog: withTimber was given a logger that this copy of timberlog did not make; it does nothing.');
  return known;
}

// What an application's own tests call a handler with may be anything: no exception of ours reaches it.
function factsOrNone(facts: () => object): object {
  try {
    return facts();
  } catch {
    return {};
  }
}

function titleOf(invocation: Invocation): string | undefined {
  const { http } = invocation.facts() as { http?: { method: string; path: string } };
  return http && `${http.method} ${http.path}`;
}
