// Waiting, with timers of whoever waits: in Workers none may outlive its invocation.

/** Keeps no process from ending meanwhile, where there is one. */
export const passMsUnlessEnding = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    (setTimeout(resolve, ms) as { unref?(): void }).unref?.();
  });

export const passMs = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** What work gives, or `undefined` after ms. */
export function withinMs<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
