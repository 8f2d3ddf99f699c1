// One test for each API that a context is kept over. A probe that an engine cannot run even without the SDK is skipped
// there, by name and with the reason.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { probes } from './fixtures/probes/all.js';
import { type ProbePages, startProbePages } from './probePages.js';

interface Outcome {
  saw?: unknown;
  failure?: string;
}

let browser: TestBrowser;
let pages: ProbePages;
let page: TestPage;
beforeAll(async () => {
  pages = await startProbePages();
  browser = await launchBrowser();
  await browser.context.grantPermissions(['geolocation']);
  await browser.context.setGeolocation({ latitude: 0, longitude: 0 });
  page = await openPage(browser, pages.withSdk, { context: browser.context });
  return async () => {
    await browser.close();
    await pages.close();
  };
});

async function run(title: string, url: string): Promise<Outcome> {
  if (page.url().split('#')[0] !== url) await page.goto(url);
  const outcome: Outcome = await page.evaluate(`runProbe(${JSON.stringify(title)})`);
  // What did not come in time may still come, in the next probe's time.
  if (outcome.failure) await page.goto('about:blank');
  return outcome;
}

for (const [title, { expected }] of probes) {
  test(title, async ({ skip }) => {
    const outcome = await run(title, pages.withSdk);
    if (outcome.failure) {
      const without = await run(title, pages.without);
      if (without.failure) skip(`not applicable: ${without.failure}`);
    }
    expect(outcome).toEqual({ saw: expected });
  });
}
