// Chromium as an engine: driven by playwright-core, asked through the DevTools protocol.
import { launchBrowser, openPage } from './browser.js';
import type { Engine, EnginePage } from './engines.js';
import { answer, asking } from './evaluation.js';

export async function launchChromium(): Promise<Engine> {
  const browser = await launchBrowser();
  const { context } = browser;

  async function open(url: string): Promise<EnginePage> {
    const page = await openPage(browser, url, { context });
    const devTools = await context.newCDPSession(page);
    return {
      evaluate: (code, timeoutMs) => answer(evaluate(asking(code)), code, timeoutMs),
      goto: async (url) => void (await page.goto(url)),
      close: () => page.close(),
    };

    // Not page.evaluate: that calls the page's eval, which a CSP or Trusted Types forbid.
    async function evaluate(expression: string) {
      const asked = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await devTools.send('Runtime.evaluate', asked);
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    }
  }

  return { name: 'chromium', version: context.browser()!.version(), open, close: browser.close };
}
