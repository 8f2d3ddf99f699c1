// Dedicated, shared and service workers of a site: the same build, the same store, the same promises.
import { expect, test } from 'vitest';
import { type Collector, startCollector } from '../support/collector.js';
import { describeInEngines } from '../support/engines.js';
import { startPageServer, withScript } from '../support/pageServer.js';
import '../support/timberGlobal.js';

declare const logger: import('timberlog').Logger;

/** A worker that logs what it is told to, and answers with the logger's counts. */
const workerCode = (collector: Collector) =>
  `
  importScripts('/timberlog.min.js');
  var troubles = [];
  var logger = timber.createLogger({
    endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 50 },
    onTrouble: (trouble) => troubles.push(trouble.kind + ': ' + trouble.message),
  });
  async function act({ log, level = 'info', flush }, answer) {
    if (log) timber.context({ job: { id: 1 } }, () => logger[level](log));
    if (flush) await logger.flush();
    answer({ ...logger.stats(), troubles });
  }
  self.onmessage = ({ data, ports }) => act(data, (answer) => (ports && ports[0] ? ports[0] : self).postMessage(answer));
  self.onconnect = ({ ports: [port] }) => { port.onmessage = ({ data }) => act(data, (answer) => port.postMessage(answer)); };
  self.onactivate = (event) => event.waitUntil(clients.claim());`;

const pageCode = `
  async function start(kind) {
    if (kind === 'dedicated') {
      const worker = new Worker('/worker.js');
      window.tell = (told) => new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(told);
      });
      window.kill = () => worker.terminate();
    } else if (kind === 'shared') {
      const { port } = new SharedWorker('/worker.js');
      window.tell = (told) => new Promise((resolve) => {
        port.onmessage = ({ data }) => resolve(data);
        port.postMessage(told);
      });
    } else {
      await navigator.serviceWorker.register('/worker.js');
      const { active } = await navigator.serviceWorker.ready;
      window.tell = (told) => new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        active.postMessage(told, [port2]);
      });
    }
  }`;

async function startSite(collector: Collector) {
  const { url } = await startPageServer({
    routes: {
      '/': `<!doctype html><title>a page of workers</title><link rel="icon" href="data:,"><script>${pageCode}</script>`,
      '/worker.js': workerCode(collector),
      '/next': withScript(`var logger = timber.createLogger({
        endpoint: '${collector.endpoint}', key: 'k', flush: { everyMs: 50 }, onTrouble() {} });`),
    },
  });
  return url;
}

const down = { status: 503, headers: { 'retry-after': '3600' } };

describeInEngines('workers of pages', (engine) => {
  test.each([['dedicated'], ['shared'], ['service']])('a %s worker delivers, with context', async (kind) => {
    const collector = await startCollector();
    const page = await engine().open(await startSite(collector));
    await page.evaluate(`start('${kind}')`);

    const stats: any = await page.evaluate(`tell({ log: 'from a worker', flush: true })`);

    const line = await collector.waitForMessage('from a worker');
    expect(line.context.custom).toEqual({ job: { id: 1 } });
    expect(stats).toMatchObject({ logged: 1, delivered: 1, buffered: 0 });
    expect(stats.troubles).toEqual([]);
  });

  test.each([['dedicated'], ['shared'], ['service']])(
    'what a %s worker saves, it saves in the site’s store',
    async (kind) => {
      const collector = await startCollector();
      collector.answerAlways(down);
      const page = await engine().open(await startSite(collector));
      await page.evaluate(`start('${kind}')`);
      await page.evaluate(`tell({ log: 'kept' })`);
      await expect.poll(async () => ((await page.evaluate('tell({})')) as any).saved, { timeout: 10_000 }).toBe(1);
    },
  );

  test('what a worker that was terminated had saved is sent by the next page', async () => {
    const collector = await startCollector();
    collector.answerAlways(down);
    const url = await startSite(collector);
    const page = await engine().open(url);
    await page.evaluate(`start('dedicated')`);
    await page.evaluate(`tell({ log: 'the last error', level: 'error' })`);
    await expect.poll(async () => ((await page.evaluate('tell({})')) as any).saved, { timeout: 10_000 }).toBe(1);
    await page.evaluate('kill()');
    collector.answerAlways({});

    await page.goto(`${url}/next`);

    await collector.waitForMessage('the last error');
  });

  test('a page leaves the lines of a worker that lives to it', async () => {
    const collector = await startCollector();
    collector.answerAlways(down);
    const url = await startSite(collector);
    const page = await engine().open(url);
    await page.evaluate(`start('dedicated')`);
    await page.evaluate(`tell({ log: 'of the worker', level: 'error' })`);
    await expect.poll(async () => ((await page.evaluate('tell({})')) as any).saved, { timeout: 10_000 }).toBe(1);
    await collector.waitForRequests(1);
    collector.answerAlways({});

    const next = await engine().open(`${url}/next`);
    await next.evaluate(async () => {
      logger.info('of the page');
      await logger.flush();
      await new Promise((resolve) => setTimeout(resolve, 1_000)); // it asks who lives for half a second
      await logger.flush();
    });

    expect(collector.lines.map((line) => line.message)).toEqual(['of the page']);
  });
});
