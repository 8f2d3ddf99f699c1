// Pages on loopback and a real Chromium to open them in, for the benches and the soak.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { requireBrowser } from '../test/support/findBrowser.mjs';

const root = new URL('../', import.meta.url);

export const timberlogScript = new URL('dist/timberlog.min.js', root);
export const zoneScript = new URL('node_modules/zone.js/bundles/zone.umd.js', root);

/**
 * Serves a page for each of pages, `{ name: scripts }`, at an origin of its own: Chromium gives each a process of its
 * own, and V8 gives up its short cuts for promises a process at a time. The headers make sure of that:
 * https://developer.mozilla.org/docs/Web/API/Window/crossOriginIsolated
 */
export async function servePages(pages) {
  if (!existsSync(timberlogScript)) throw new Error('There is no dist/timberlog.min.js: run npm run build first.');
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  const server = createServer(async (request, response) => {
    const scripts = pages[request.headers.host.split('.')[0]];
    if (!scripts) return void response.writeHead(404).end();
    const script = /^\/(\d+)\.js$/.exec(request.url)?.[1];
    const body = script === undefined ? pageWith(scripts) : await readFile(scripts[script], 'utf8');
    const type = script === undefined ? 'text/html' : 'text/javascript';
    response.writeHead(200, { ...headers, 'content-type': `${type}; charset=utf-8` }).end(body);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    urlOf: (name) => `http://${name}.localhost:${server.address().port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

// The empty icon keeps the browser from asking for /favicon.ico.
const pageWith = (scripts) =>
  `<!doctype html><meta charset="utf-8"><title>timberlog</title><link rel="icon" href="data:,"><body>${scripts
    .map((_, i) => `<script src="/${i}.js"></script>`)
    .join('')}`;

/** A headless Chromium. */
export const launchChromium = (args = []) =>
  chromium.launch({
    executablePath: requireBrowser(),
    args: ['--disable-gpu', '--disable-background-networking', '--disable-component-update', ...args],
  });

/** Opens url; what the page complains of ends the run. */
export async function openPage(browser, url, onError) {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => onError(new Error(`${new URL(url).hostname}: ${error.message}`)));
  await page.goto(url);
  return page;
}

/**
 * Milliseconds for which the page's thread has had a processor, as a function to ask: on a machine that others use as
 * well, the time on a clock is mostly theirs.
 * https://chromedevtools.github.io/devtools-protocol/tot/Performance/#method-enable
 */
export async function createStopwatch(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000;
  };
}
