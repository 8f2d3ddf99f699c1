// A page with one of the Angular applications, logging to a collector of its own.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Collector, startCollector } from '../support/collector.js';
import type { Engine, EnginePage } from '../support/engines.js';
import { startPageServer } from '../support/pageServer.js';
import { type AngularApp, angularFolder } from './angularApps.js';

export interface AngularPage {
  readonly page: EnginePage;
  readonly collector: Collector;
  /** Clicks the button of that id. */
  click(id: string): Promise<void>;
  /** Resolves once condition, an expression, holds in the page; `app` is what the application shows of itself. */
  until(condition: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Resolves once the application, which has been built, has started. One opened in a test closes when that test ends.
 * @param options `other`: HttpClient by fetch, not XMLHttpRequest, and one change detection for the events of a frame.
 */
export async function openAngularPage(
  engine: Engine,
  name: AngularApp,
  options: { other?: 'yes' } = {},
): Promise<AngularPage> {
  const folder = angularFolder(name);
  const collector = await startCollector();
  const index = await readFile(join(folder, 'index.html'), 'utf8');
  const server = await startPageServer({ folder, routes: { '/': index, '/answer.json': '{"answer":42}' } });
  const params = new URLSearchParams({ collector: collector.endpoint, ...options });
  const page = await engine.open(`${server.url}/?${params}`);
  // A page is asked again from within itself: no message of ours comes between its tasks.
  const until = (condition: string) =>
    page.evaluate<void>(
      `new Promise((resolve) => (function look() { (${condition}) ? resolve() : setTimeout(look, 5); })())`,
      15_000,
    );
  await until('globalThis.app?.idle()');
  return {
    ...{ page, collector, until },
    click: (id) => page.evaluate(`document.getElementById('${id}').click()`),
    async close() {
      await page.close();
      await server.close();
      await collector.close();
    },
  };
}
