// What a test opens is closed when that test ends, whether it passed or failed.
import { onTestFinished, TestRunner } from 'vitest';

/** Calls close when the running test ends. Outside of a test (beforeAll) it does nothing: there the caller closes. */
export function closeWithTest(close: () => Promise<unknown>): void {
  if (TestRunner.getCurrentTest()) onTestFinished(async () => void (await close()));
}
