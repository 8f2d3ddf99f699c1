// A Worker's handlers: each call of one is an invocation.
import { handlerFacts, platformFacts } from './facts.js';
import { createInvoke, type InvocationOptions, type Loggers } from './invoke.js';
import { recordWaitUntil } from './recordWaitUntil.js';
import { withHandlers } from './withHandlers.js';

/** What is wrapped, each with its own types. Other handlers and properties are passed through. */
export interface WorkerHandlers {
  fetch?(request: any, env: any, ctx: any): unknown;
  scheduled?(controller: any, env: any, ctx: any): unknown;
  queue?(batch: any, env: any, ctx: any): unknown;
  email?(message: any, env: any, ctx: any): unknown;
  tail?(events: any, env: any, ctx: any): unknown;
  trace?(traces: any, env: any, ctx: any): unknown;
}

/**
 * Wraps a Worker's handlers, for one logger or several. Each call of one has a context of its own with what the platform
 * knows: `http` (method, host, path, request_id), `cron`, `queue`, `email` or `tail`, and `platform.cloudflare` (colo,
 * version). Its lines are sent once after it and what it gave to `ctx.waitUntil`, and again where its streams and
 * listeners log later. An exception is logged, delivered, and rethrown unchanged.
 *
 * @example export default withTimber(logger, { fetch: (request, env) => … }, { access: true });
 */
export function withTimber<Handlers extends WorkerHandlers>(
  loggers: Loggers,
  handlers: Handlers,
  options: InvocationOptions = {},
): Handlers {
  const invoke = createInvoke(loggers, options);
  if (!invoke) return handlers;
  return withHandlers(handlers, (name, call) => {
    const factsOf = Object.hasOwn(handlerFacts, name) ? handlerFacts[name] : undefined;
    if (!factsOf) return undefined;
    return (subject, env, ctx) => {
      const facts = (): object => ({ ...platformFacts(env, name, subject), ...factsOf(subject, options.client) });
      return invoke({ name, env, ctx, facts }, (invocation) =>
        call(
          subject,
          env,
          recordWaitUntil(ctx, () => invocation),
        ),
      );
    };
  });
}
