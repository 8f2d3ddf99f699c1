// A page with the SDK and the probes of fixtures/tracking/flows.js, for a whole test file: in Chromium, or any engine.
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import type { Engine, EnginePage } from '../support/engines.js';
import { type PageServer, type Route, startPageServer } from '../support/pageServer.js';

interface Probes {
  readonly server: PageServer;
  /** What probe resolves with in the page, run in no context. */
  inPage<T>(probe: () => T | Promise<T>): Promise<T>;
  /** What probe resolves with in the page, run in the context `{ flow: 'a' }`. */
  inFlow<T>(probe: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface FlowPage extends Probes {
  readonly browser: TestBrowser;
  readonly page: TestPage;
}

export interface EngineFlowPage extends Probes {
  readonly page: EnginePage;
}

type Routes = { [path: string]: Route };

const usualPage = '<script src="/timberlog.min.js"></script><script src="/flows.js"></script><body>';

/**
 * @example
 * let flows: FlowPage;
 * beforeAll(async () => {
 *   flows = await openFlowPage();
 *   return flows.close;
 * });
 */
export async function openFlowPage(routes: Routes = {}): Promise<FlowPage> {
  const browser = await launchBrowser();
  const server = await serveFlows(routes);
  const page = await openPage(browser, server.url);
  return {
    ...{ browser, server, page, ...probesIn(page) },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** The same in a page of engine, which describeInEngines has started. */
export async function openFlowPageIn(engine: Engine, routes: Routes = {}): Promise<EngineFlowPage> {
  const server = await serveFlows(routes);
  const page = await engine.open(server.url);
  return {
    ...{ server, page, ...probesIn(page) },
    async close() {
      await page.close();
      await server.close();
    },
  };
}

export const serveFlows = (routes: Routes = {}): Promise<PageServer> =>
  startPageServer({
    folder: new URL('fixtures/tracking', import.meta.url),
    routes: { '/': usualPage, '/answer.json': '{"answer":42}', ...routes },
  });

/** The probes run as they stand in the test, in the page. */
const probesIn = (page: { evaluate<T>(expression: string): Promise<T> }): Pick<Probes, 'inPage' | 'inFlow'> => ({
  inPage: (probe) => page.evaluate(`(${probe})()`),
  inFlow: (probe) => page.evaluate(`timber.context({ flow: 'a' }, ${probe})`),
});
