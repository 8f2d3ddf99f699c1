// Node, Deno and Bun tell when a process ends because nothing is left to do: what was logged and not sent is sent then.
import type { ReportTrouble } from '../core/trouble.js';
import type { Logger } from '../core/types.js';

export interface AtExit {
  /** There is something to send. */
  expect(): void;
  /** There will be nothing more. */
  forget(): void;
}

/** A collector that is down must not keep a program from ending. */
const timeoutMs = 5_000;

/** What has unsent lines, in this process. The others may be collected. */
const unsent = new Set<() => Promise<void>>();
let listens = false;

/**
 * Flushes logger on `beforeExit` (nodejs.org/api/process.html#event-beforeexit), which neither `process.exit()` nor an
 * uncaught exception brings: there is no more time then.
 */
export function flushBeforeExit(logger: Logger, report: ReportTrouble): AtExit {
  async function flush(): Promise<void> {
    const { pending } = await logger.flush({ timeoutMs });
    if (pending > 0) report('exit', `The process ends, and ${pending} of its lines could not be delivered.`);
  }

  return {
    expect() {
      if (!listens) listen();
      unsent.add(flush);
    },
    forget: () => void unsent.delete(flush),
  };
}

/** For a platform that never tells. */
export const neverExits: AtExit = { expect() {}, forget() {} };

function listen(): void {
  listens = true;
  globalThis.process?.on?.('beforeExit', () => {
    const flushes = [...unsent];
    unsent.clear(); // what a flush leaves is given up: it would be tried without end
    for (const flush of flushes) void flush();
  });
}
