// A page with the SDK and the probes of fixtures/tracking/flows.js, for a whole test file.
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { type PageServer, type Route, startPageServer } from '../support/pageServer.js';

export interface FlowPage {
  readonly browser: TestBrowser;
  readonly server: PageServer;
  readonly page: TestPage;
  /** What probe resolves with in the page, run in no context. */
  inPage<T>(probe: () => T | Promise<T>): Promise<T>;
  /** What probe resolves with in the page, run in the context `{ flow: 'a' }`. */
  inFlow<T>(probe: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const usualPage = '<script src="/timberlog.min.js"></script><script src="/flows.js"></script><body>';

/**
 * @example
 * let flows: FlowPage;
 * beforeAll(async () => {
 *   flows = await openFlowPage();
 *   return flows.close;
 * });
 */
export async function openFlowPage(routes: { [path: string]: Route } = {}): Promise<FlowPage> {
  const browser = await launchBrowser();
  const server = await startPageServer({
    folder: new URL('fixtures/tracking', import.meta.url),
    routes: { '/': usualPage, '/answer.json': '{"answer":42}', ...routes },
  });
  const page = await openPage(browser, server.url);
  return {
    ...{ browser, server, page },
    // The probes run as they stand in the test, in the page.
    inPage: (probe) => page.evaluate(`(${probe})()`),
    inFlow: (probe) => page.evaluate(`timber.context({ flow: 'a' }, ${probe})`),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
