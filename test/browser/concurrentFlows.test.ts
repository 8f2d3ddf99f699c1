// 150 flows at once, each in its own context, over promises and events that all of them and code outside share.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser } from '../support/browser.js';
import { startPageServer } from '../support/pageServer.js';

interface Counts {
  checks: number;
  lost: number;
  wrong: number;
  outsideChecks: number;
  outsideSawSome: number;
  examples: string[];
}

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
  return browser.close;
});

async function runFlows(seed: number): Promise<Counts> {
  const { url } = await startPageServer({
    folder: new URL('fixtures/tracking', import.meta.url),
    routes: {
      '/': `<script src="/timberlog.min.js"></script><script src="/flows.js"></script><script src="/concurrentFlows.js"></script>`,
    },
  });
  const page = await openPage(browser, url);
  const counts: Counts = await page.evaluate(`runConcurrentFlows({ flows: 150, steps: 25, seed: ${seed} })`);
  expect(page.errors).toEqual([]);
  return counts;
}

test.each([1, 2, 3])('flows that share promises lose no context and see no other (seed %i)', async (seed) => {
  const { checks, outsideChecks, ...seen } = await runFlows(seed);

  expect(seen).toEqual({ lost: 0, wrong: 0, outsideSawSome: 0, examples: [] });
  expect(checks).toBeGreaterThan(150 * 25);
  expect(outsideChecks).toBeGreaterThan(50);
});
