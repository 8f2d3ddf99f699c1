// What code carries across calls and callbacks, in the one AsyncLocalStorage of this build: which invocation it belongs
// to, and the frames of the contexts that were entered. When lines are sent is flushing.ts's.
import { copyFields, createBase, createFrame, type Frame, setBase } from '../core/frame.js';
import { type SharedContext, sharedContextOf } from '../core/sharedContext.js';
import type { Context, Logger } from '../core/types.js';
import type { Storage } from './alsScope.js';
import type { Flushing, WaitUntil } from './flushing.js';
import { contextOf } from './workerLogger.js';

/** One call of a Worker by its platform. */
export interface Invocation {
  /** What the platform knows, asked for when somebody first looks at a context: many invocations log nothing. */
  facts(): object;
  readonly invocations: Invocations;
  /** The loggers whose contexts carry the facts. */
  readonly loggers: readonly Logger[];
  readonly flushing: Flushing;
  /** Logs what was thrown, unless it was logged further inside. */
  tell(error: unknown): void;
  /** The object whose method was called, where it was one: what it calls of itself is no invocation of its own. */
  owner?: object | undefined;
  /** Where it began; filled by `begin`. */
  from?: Place | undefined;
  /** One a context, made when first asked for. */
  readonly frames: Map<object, Frame>;
}

/** Where code is. One frame a context, the one entered last first; a context that is not there has the invocation's. */
interface Place {
  readonly invocation: Invocation | undefined;
  readonly key?: object;
  readonly frame?: Frame;
  readonly outer?: Place | undefined;
}

/** Runs fn somewhere else than where it is called, and returns what it returns. */
export type Inside = <T>(fn: () => T) => T;

export interface Invocations {
  /** What createAlsScope is made over, for the context that own gives. */
  storageOf(own: () => Context): Storage<Frame>;
  /** What runs functions in the invocation: contexts have bases of its own there, which start with what they have here. */
  begin(invocation: Invocation): Inside;
  current(): Invocation | undefined;
  /** What runs a function here, wherever it is called; `undefined` where nothing is carried. */
  fromHere(): Inside | undefined;
  /** Whether this code may belong to an invocation that nothing tells us of. */
  mayBeLost(): boolean;
  /** workerd's own, for whichever invocation is under way; `undefined` elsewhere. */
  readonly waitUntil: WaitUntil | undefined;
}

export interface InvocationsOptions {
  /** Whether storage is still there after an await. */
  readonly followsAwaits: boolean;
  /** Whether this code belongs to some invocation, known to us or not: all code in workerd but a module's own. */
  isInSome(): boolean;
  readonly waitUntil: WaitUntil | undefined;
}

export function createInvocations(
  createStorage: () => Storage<Place>,
  { followsAwaits, isInSome, waitUntil }: InvocationsOptions,
): Invocations {
  const storage = createStorage();
  let begun = false;

  function frameAt(place: Place | undefined, own: () => Context): Frame | undefined {
    for (let at = place; at; at = at.outer) if (at.key === own) return at.frame;
    return place?.invocation && frameIn(place.invocation, own);
  }

  function frameIn(invocation: Invocation, own: () => Context): Frame {
    const known = invocation.frames.get(own);
    if (known) return known;
    const context = own();
    const outer = frameAt(invocation.from, own)?.base.fields;
    const base = createBase();
    if (invocation.loggers.some((logger) => contextOf(logger) === context))
      setBase(base, copyFields(invocation.facts()));
    setBase(base, outer ?? (sharedContextOf(context) as SharedContext).root().fields);
    const frame = createFrame(base);
    invocation.frames.set(own, frame);
    return frame;
  }

  const current = (): Invocation | undefined => storage.getStore()?.invocation;

  return {
    storageOf: (own) => ({
      run(frame, fn) {
        const here = storage.getStore();
        return storage.run({ invocation: here?.invocation, key: own, frame, outer: without(here, own) }, fn);
      },
      getStore: () => frameAt(storage.getStore(), own),
    }),
    begin(invocation) {
      begun = true;
      invocation.from = storage.getStore();
      const place: Place = { invocation };
      return (fn) => storage.run(place, fn);
    },
    current,
    fromHere() {
      const here = storage.getStore();
      return here && ((fn) => storage.run(here, fn));
    },
    mayBeLost: () => !current() && ((begun && !followsAwaits) || isInSome()),
    waitUntil,
  };
}

/** The frames of all other contexts: there is one of each, however deep contexts are nested. */
function without(place: Place | undefined, key: object): Place | undefined {
  if (!place?.key) return undefined;
  return place.key === key ? place.outer : { ...place, outer: without(place.outer, key) };
}
