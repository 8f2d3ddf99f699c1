// Chromium as an engine: driven by playwright-core, asked through the DevTools protocol.
import { launchBrowser } from './browser.js';
import type { DrivenEngine, DrivenPage } from './engines.js';

export async function launchChromium(): Promise<DrivenEngine> {
  const { context, close } = await launchBrowser();
  await context.grantPermissions(['geolocation', 'notifications']);
  await context.setGeolocation({ latitude: 0, longitude: 0 });

  async function open(): Promise<DrivenPage> {
    const page = await context.newPage();
    const devTools = await context.newCDPSession(page);
    return {
      // Not page.evaluate: that calls the page's eval, which a CSP or Trusted Types forbid.
      async evaluate(expression) {
        const asked = { expression, awaitPromise: true, returnByValue: true };
        const { result, exceptionDetails } = await devTools.send('Runtime.evaluate', asked);
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      },
      goto: async (url) => void (await page.goto(url)),
      close: () => page.close(),
    };
  }

  return { version: context.browser()!.version(), open, close };
}
