// The public context: a scope's frames, given fields, merged, handed out.
import { type Base, collapse, createBase, createFrame, type Frame, fieldsIn, scoped, setBase } from './frame.js';
import { type EncodedFields, freezeFields, noFields } from './merge.js';
import type { Scope } from './scope.js';
import { type Collapsed, contextKey, type SharedContext } from './sharedContext.js';
import { createTroubles, type ReportTrouble } from './trouble.js';
import type { Context, Fields } from './types.js';

/** Calls fn when the code of this turn has ended, in no context. */
export type AtEndOfTurn = (fn: () => void) => void;

/** A sentence, where nobody knows whose base `set` would change. isEveryones: it is that of code in no scope. */
export type RefuseSet = (isEveryones: boolean) => string | undefined;

export function createContextOver(scope: Scope<Frame>, atEndOfTurn: AtEndOfTurn, refuseSet?: RefuseSet): Context {
  const rootFrame = createFrame(createBase());
  const reporters = new Set<ReportTrouble>();
  const reportWithoutLogger = createTroubles();
  const currentFrame = (): Frame => scope.current() ?? rootFrame;
  const framed = (fields: Fields): Frame => scoped(currentFrame(), given(fields));

  function given(fields: unknown): EncodedFields {
    const copied = fieldsIn(fields);
    if (!copied) report('context', `context was given ${describe(fields)} as fields; it wants a plain object.`);
    return copied ?? noFields;
  }

  function report(kind: string, message: string): void {
    if (reporters.size === 0) reportWithoutLogger(kind, message);
    for (const reporter of reporters) reporter(kind, message);
  }

  // One look at the end of a turn for all its blocks: a microtask costs more than a block.
  const openBlocks = new Set<() => void>();
  let willLook = false;
  function closeWhatIsOpen(): void {
    willLook = false;
    for (const exit of openBlocks) {
      openBlocks.delete(exit);
      exit();
      report(
        'using',
        'A `using _ = context(…)` block was still open at the end of its turn and was closed there; it is for synchronous code, the callback form is for async functions.',
      );
    }
  }

  function openBlock(frame: Frame): Disposable {
    const exit = scope.enter(frame);
    openBlocks.add(exit);
    if (!willLook) atEndOfTurn(closeWhatIsOpen);
    willLook = true;
    const dispose = (): void => {
      if (openBlocks.delete(exit)) exit();
    };
    // Where there is no Symbol.dispose yet, compiled `using` looks for this one.
    return { [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: dispose } as unknown as Disposable;
  }

  function call(fields: Fields, fn?: () => unknown): unknown {
    if (fn === undefined) return openBlock(framed(fields));
    if (typeof fn === 'function') return scope.run(framed(fields), fn);
    report('context', `context was given ${describe(fn)} to run; it wants a function.`);
    return undefined;
  }

  function set(fields: Fields): void {
    const { base } = currentFrame();
    const refusal = refuseSet?.(base === rootFrame.base);
    if (refusal) report('set', refusal);
    else setBase(base, given(fields));
  }

  function bind<F extends (...args: any[]) => unknown>(fn: F): F {
    const frame = currentFrame();
    return function (this: unknown, ...args: any[]) {
      return scope.run(frame, () => fn.apply(this, args));
    } as F;
  }

  const current = (): Collapsed => collapse(currentFrame());
  const get = (): EncodedFields => freezeFields(current().fields);

  // Defined, not assigned: where a page has frozen Function.prototype, a function cannot be assigned a `bind`.
  const context = call as Context;
  for (const [name, value] of Object.entries({ set, get, bind })) {
    Object.defineProperty(context, name, { value, writable: true, enumerable: true, configurable: true });
  }

  const shared: SharedContext = {
    current,
    root: () => collapse(rootFrame),
    runOverOwnBase(facts, fn) {
      const base: Base = createBase(facts);
      setBase(base, currentFrame().base.fields);
      return scope.run(createFrame(base), fn);
    },
    listen(report) {
      reporters.add(report);
      return () => void reporters.delete(report);
    },
  };
  Object.defineProperty(context, contextKey, { value: Object.freeze(shared) });
  return context;
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'object' ? 'an object of another kind (an array, say)' : `a ${typeof value}`;
}
