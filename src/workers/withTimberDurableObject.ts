// Durable Object classes: their requests, alarms, RPC methods and WebSockets.
import { type FactsOf, platformFacts, requestFacts } from './facts.js';
import { followListeners } from './followListeners.js';
import type { InvocationOptions, Loggers } from './invoke.js';
import { type AnyClass, type Made, withMethods } from './withMethods.js';

const methodFacts: { readonly [name: string]: FactsOf } = {
  fetch: requestFacts,
  alarm: (alarm) => ({ alarm: { scheduled_at: new Date(alarm.scheduledTime), retry_count: alarm.retryCount } }),
  webSocketMessage: () => ({ websocket: { event: 'message' } }),
  webSocketClose: () => ({ websocket: { event: 'close' } }),
  webSocketError: () => ({ websocket: { event: 'error' } }),
};

/**
 * Wraps a Durable Object's class. Each call of `fetch`, `alarm`, `webSocketMessage`, `webSocketClose`, `webSocketError`
 * and of a method by RPC has a context of its own, with `durable_object` (class and id) and `http`, `alarm`,
 * `websocket` or `rpc`, as its constructor has. Its lines are sent once it is over, and again where it goes on logging:
 * listeners, those of ordinary WebSockets for example, have the context of the call that added them.
 *
 * @example
 * class CartObject extends DurableObject { add(item) { … } }
 * export const Cart = withTimberDurableObject(logger, CartObject);
 */
export function withTimberDurableObject<C extends AnyClass>(
  loggers: Loggers,
  Class: C,
  options: InvocationOptions = {},
): C {
  const always = ({ ctx }: Made): object => ({ durable_object: { class: Class.name, id: String(ctx.id) } });
  return withMethods(loggers, Class, options, {
    known: methodFacts,
    rpc: (method) => ({ rpc: { method } }),
    always,
    construct(made, make, invoke) {
      const facts = (): object => ({ ...platformFacts(made.env), ...always(made) });
      let self: unknown;
      invoke({ ...made, facts }, (invocation) => {
        followListeners(invocation.invocations);
        self = invocation.owner = make(made.ctx);
      });
      return self;
    },
  });
}
