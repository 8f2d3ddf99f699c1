// Workflow classes: their runs, and the steps of these.
import type { Invocation } from './invocations.js';
import type { InvocationOptions, Loggers } from './invoke.js';
import { runPart } from './runPart.js';
import { type AnyClass, withMethods } from './withMethods.js';

type AnyFunction = (...args: any[]) => unknown;

/**
 * Wraps a Workflow's class. All lines of a run carry `workflow` (name and instance_id), those of a step also `step` (name
 * and attempt); what a step throws is logged with them, at each attempt. Lines are sent soon after they were logged, as
 * a run may sleep for days. What stands between steps is run again when a run goes on, and logs again.
 *
 * @example
 * class OrderFlow extends WorkflowEntrypoint { async run(event, step) { … } }
 * export const Order = withTimberWorkflow(logger, OrderFlow);
 */
export function withTimberWorkflow<C extends AnyClass>(loggers: Loggers, Class: C, options: InvocationOptions = {}): C {
  return withMethods(loggers, Class, options, {
    known: { run: ({ instanceId }) => ({ workflow: { name: Class.name, instance_id: instanceId } }) },
    construct: (made, make) => make(made.ctx),
    argsFor: (invocation, [event, step, ...rest]) => [event, followSteps(step, invocation), ...rest],
    isLong: true,
  });
}

// The engine calls back from elsewhere: in no context, and with a step that is an RPC stub, which has whatever property
// is asked for.
function followSteps(step: any, invocation: Invocation): object {
  function followed(name: string, callback: AnyFunction): AnyFunction {
    const inside = invocation.invocations.fromHere();
    return (...given) => {
      const run = () => runPart(invocation, { step: { name, attempt: given[0]?.attempt } }, () => callback(...given));
      return inside ? inside(run) : run();
    };
  }
  return new Proxy(step, {
    get(_, name) {
      if (typeof step[name] !== 'function') return step[name];
      if (name !== 'do') return (...args: unknown[]) => step[name](...args);
      return (...args: unknown[]) =>
        step.do(
          ...args.map((arg) => (typeof arg === 'function' ? followed(args[0] as string, arg as AnyFunction) : arg)),
        );
    },
  });
}
