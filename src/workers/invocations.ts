// What an invocation has of each context: a base of its own, so that what is set in it is on no other one's lines.
import { createBase, createFrame, type Frame } from '../core/frame.js';
import type { EncodedFields } from '../core/merge.js';
import { type SharedContext, sharedContextOf } from '../core/sharedContext.js';
import type { Context } from '../core/types.js';
import type { Storage } from './alsScope.js';

/** Frames of contexts that are in no scope. Contexts that an invocation does not ask for cost it nothing. */
export type InvocationFrames = WeakMap<Context, Frame>;

export interface Invocations {
  /** Runs fn as an invocation; context has facts under its base. */
  run<T>(context: Context, facts: EncodedFields, fn: () => T): T;
  /** Of code in an invocation but in no scope of context; `undefined` outside of invocations. */
  frameOf(context: Context): Frame | undefined;
  /** Whether this code belongs to an invocation that is known. */
  isInOne(): boolean;
  /** Whether this code may belong to an invocation that nothing tells us of. */
  mayBeLost(): boolean;
}

export interface InvocationsOptions {
  /** Whether storage is still there after an await. */
  readonly followsAwaits: boolean;
  /** Whether all code but a module's own belongs to some invocation, known to us or not: in Cloudflare's Workers. */
  inUnknownInvocation(): boolean;
}

export function createInvocations(
  storage: Storage<InvocationFrames>,
  { followsAwaits, inUnknownInvocation }: InvocationsOptions,
): Invocations {
  let begun = false;
  return {
    run(context, facts, fn) {
      begun = true;
      const shared = sharedContextOf(context) as SharedContext;
      return shared.runOverOwnBase(facts, () => storage.run(new WeakMap(), fn));
    },
    frameOf(context) {
      const frames = storage.getStore();
      if (!frames) return undefined;
      const known = frames.get(context);
      if (known) return known;
      const shared = sharedContextOf(context) as SharedContext;
      const frame = createFrame(createBase(shared.root().fields));
      frames.set(context, frame);
      return frame;
    },
    isInOne: () => storage.getStore() !== undefined,
    mayBeLost: () => !storage.getStore() && ((begun && !followsAwaits) || inUnknownInvocation()),
  };
}
