// A page that is hidden, goes, and comes back: what is saved and sent then. The events differ in order between
// browsers, and may repeat.
import type { Flusher } from '../core/flusher.js';
import type { Buffer, Line } from '../core/memoryBuffer.js';
import type { Body } from '../core/types.js';
import { handOver } from './beacon.js';
import type { Pack } from './packing.js';

export interface PageExitOptions {
  readonly buffer: Buffer;
  readonly flusher: Flusher;
  saveNow(): void;
  /** Logs what was dropped. */
  catchUp(): void;
  sendOnExit(body: Body): boolean;
  /** Lines that are compressed, and how they go. */
  packs(): readonly Pack[];
  sendPack(pack: Pack): boolean;
  /** Ends the request under way, if the page cannot leave it behind; its lines wait again. */
  recall(): void;
  /** Beacons took these, or a request that outlives the page has them: nobody may ever read that they arrived. */
  onHandedOver(lines: readonly Line[]): void;
  onLeave(): void;
  /** The page is back, and with it what it had handed over and nobody has acknowledged. */
  onReturn(handedOver: readonly Line[]): void;
  /** Calls fn when the code of this turn has ended. */
  atEndOfTurn(fn: () => void): void;
  now(): number;
}

export interface PageExit {
  /** A line was logged: the page's own listeners may log after ours have run. */
  pushed(): void;
  stop(): void;
}

/** A page that was just hidden may be killed without another event. */
const hiddenForMs = 1_000;

/** Listens. Never to `unload`: it would cost the page its back/forward cache. */
export function watchPageExit(options: PageExitOptions): PageExit {
  const { buffer, flusher, saveNow, catchUp, now } = options;
  const handedOver = new Set<Line>();
  let leaving = false;
  let saveEachUntil = 0;
  let queued = false;

  function onHidden(): void {
    saveEachUntil = now() + hiddenForMs;
    saveNow();
    // Where pagehide came first, beacons have what waits. Else the answer is read if the page lives on.
    // With more to say than a keepalive request can carry, the quota is left to packs.
    if (!leaving) flusher.flush({ keepalive: options.packs().length === 0 });
  }

  // Only what is synchronous, or a microtask, gets out of a page that goes.
  function sendLastWords(): void {
    catchUp();
    saveNow();
    options.recall();
    const waiting = buffer.waiting();
    // What earlier pages left is on disk, and room is scarce.
    const left = waiting.filter((line) => !handedOver.has(line) && !line.adopted);
    const isWaiting = new Set(waiting);
    const kept = buffer.pending().filter((line) => !handedOver.has(line) && !isWaiting.has(line));
    const taken = [...handOver(left, options), ...kept];
    if (taken.length === 0) return;
    for (const line of taken) handedOver.add(line);
    options.onHandedOver(taken);
  }

  function onExit(): void {
    leaving = true;
    sendLastWords();
    options.onLeave();
  }

  function onReturn(): void {
    if (!leaving) return; // it has only just come
    leaving = false;
    const mayHaveArrived = [...handedOver];
    handedOver.clear();
    options.onReturn(mayHaveArrived);
    flusher.flush();
  }

  const listeners: Listeners = [
    [document, 'visibilitychange', () => document.visibilityState === 'hidden' && onHidden()],
    [window, 'pagehide', onExit], // fires on window only
    [document, 'freeze', onExit],
    [window, 'pageshow', onReturn],
    [document, 'resume', onReturn],
  ];
  listen(listeners);
  let root = document.documentElement;
  return {
    stop: () => stopListening(listeners),
    pushed() {
      // document.open() removes all listeners (html.spec.whatwg.org/#document-open-steps).
      if (root !== document.documentElement) listen(listeners);
      root = document.documentElement;
      if (queued || !(leaving || now() < saveEachUntil)) return;
      queued = true;
      options.atEndOfTurn(() => {
        queued = false;
        if (leaving) sendLastWords();
        else saveNow();
      });
    },
  };
}

/** Where there is no document (a worker), nothing is listened to. */
export const staysForEver: PageExit = { pushed() {}, stop() {} };

type Listeners = [EventTarget, string, () => void][];

// Capturing: an application that stops the event's propagation does not stop us.
function listen(listeners: Listeners): void {
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener, true);
}

function stopListening(listeners: Listeners): void {
  for (const [target, name, listener] of listeners) target.removeEventListener(name, listener, true);
}
