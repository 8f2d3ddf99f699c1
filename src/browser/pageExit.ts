// A page that is hidden, goes, and comes back: what is saved and sent then. The events differ in order between
// browsers, and may repeat.
import type { Flusher } from '../core/flusher.js';
import type { Buffer, Line } from '../core/memoryBuffer.js';
import type { Body } from '../core/types.js';
import { beaconLines } from './beacon.js';

export interface PageExitOptions {
  readonly buffer: Buffer;
  readonly flusher: Flusher;
  saveNow(): void;
  /** Logs what was dropped. */
  catchUp(): void;
  sendOnExit(body: Body): boolean;
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
    flusher.flush({ keepalive: true }); // its answer is read if the page lives on
  }

  // Only what is synchronous, or a microtask, gets out of a page that goes.
  function sendLastWords(): void {
    catchUp();
    saveNow();
    flusher.recall();
    const left = buffer.waiting().filter((line) => !handedOver.has(line));
    for (const line of beaconLines(left, options.sendOnExit)) handedOver.add(line);
  }

  function onExit(): void {
    leaving = true;
    sendLastWords();
  }

  function onReturn(): void {
    leaving = false;
    handedOver.clear();
    flusher.flush();
  }

  const stop = listen([
    [document, 'visibilitychange', () => document.visibilityState === 'hidden' && onHidden()],
    [window, 'pagehide', onExit], // fires on window only
    [document, 'freeze', onExit],
    [window, 'pageshow', onReturn],
    [document, 'resume', onReturn],
  ]);
  return {
    stop,
    pushed() {
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

function listen(listeners: [EventTarget, string, () => void][]): () => void {
  // Capturing: an application that stops the event's propagation does not stop us.
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener, true);
  return () => {
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener, true);
  };
}
