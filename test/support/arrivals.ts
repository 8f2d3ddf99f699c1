// Waiting for something to have arrived: looked at on every arrival, never by polling.

export interface Arrivals {
  /** Something arrived: every wait looks again. */
  happened(): void;
  /** Resolves with what look returns, once that is not undefined; rejects with a sentence of what came instead. */
  wait<T>(look: () => T | undefined, timeoutMs: number, tell: () => string): Promise<T>;
}

export function createArrivals(): Arrivals {
  const waits = new Set<() => void>();
  return {
    happened() {
      for (const lookAgain of [...waits]) lookAgain();
    },
    wait<T>(look: () => T | undefined, timeoutMs: number, tell: () => string): Promise<T> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waits.delete(lookAgain);
          reject(new Error(`Waited ${timeoutMs} ms in vain. ${tell()}`));
        }, timeoutMs);
        const lookAgain = () => {
          try {
            const found = look();
            if (found === undefined) return;
            resolve(found);
          } catch (error) {
            reject(error);
          }
          clearTimeout(timer);
          waits.delete(lookAgain);
        };
        waits.add(lookAgain);
        lookAgain();
      });
    },
  };
}
