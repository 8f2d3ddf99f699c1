// A database may never answer: a page restored from the back/forward cache, a disk that hangs.
import type { Timers } from '../core/flusher.js';

export type InTime = <T>(work: () => Promise<T>) => Promise<T>;

const answerWithinMs = 10_000;

/** What work resolves with; rejects when it throws, rejects, or has not answered in time. */
export const createInTime =
  (timers: Timers): InTime =>
  (work) =>
    new Promise((resolve, reject) => {
      const limit = timers.set(() => reject(new Error('IndexedDB did not answer')), answerWithinMs);
      const end = <R>(settle: (result: R) => void) => {
        return (result: R) => {
          timers.clear(limit);
          settle(result);
        };
      };
      try {
        work().then(end(resolve), end(reject));
      } catch (cause) {
        end(reject)(cause);
      }
    });
