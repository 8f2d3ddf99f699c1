// Chromium as an engine: the browser of the other tests, driven by playwright-core.
import { launchBrowser } from './browser.js';
import type { DrivenEngine, DrivenPage } from './engines.js';

export async function launchChromium(): Promise<DrivenEngine> {
  const { context, close } = await launchBrowser();
  await context.grantPermissions(['geolocation']);
  await context.setGeolocation({ latitude: 0, longitude: 0 });

  async function open(): Promise<DrivenPage> {
    const page = await context.newPage();
    return {
      evaluate: (expression) => page.evaluate(expression),
      goto: async (url) => void (await page.goto(url)),
      close: () => page.close(),
    };
  }

  return { version: context.browser()!.version(), open, close };
}
