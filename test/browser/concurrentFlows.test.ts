// 150 flows at once, each in its own context, over promises and events that all of them and code outside share.
import { expect, test } from 'vitest';
import { describeInEngines, type Engine } from '../support/engines.js';
import { serveFlows } from './flowPage.js';

interface Counts {
  checks: number;
  lost: number;
  wrong: number;
  outsideChecks: number;
  outsideSawSome: number;
  examples: string[];
}

async function runFlows(engine: Engine, seed: number): Promise<Counts> {
  const { url } = await serveFlows({
    '/': `
      <script>const resolveBefore = Promise.resolve.bind(Promise);</script>
      <script src="/timberlog.min.js"></script><script src="/flows.js"></script><script src="/concurrentFlows.js"></script>`,
  });
  const page = await engine.open(url);
  return page.evaluate(`runConcurrentFlows({ flows: 150, steps: 25, seed: ${seed} })`);
}

describeInEngines('concurrent flows', (engine) => {
  test.each([1, 2, 3])('lose no context and see no other, whatever promises they share (seed %i)', async (seed) => {
    const { checks, outsideChecks, ...seen } = await runFlows(engine(), seed);

    expect(seen).toEqual({ lost: 0, wrong: 0, outsideSawSome: 0, examples: [] });
    expect(checks).toBeGreaterThan(150 * 25);
    expect(outsideChecks).toBeGreaterThan(50);
  });
});
