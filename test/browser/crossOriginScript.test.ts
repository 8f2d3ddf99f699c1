// The script build from another origin, as from a CDN: an engine tells nobody of errors beneath a script that it may
// not read (html.spec.whatwg.org/#muted-errors), and `crossorigin` lets it be read.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type PageServer, startPageServer } from '../support/pageServer.js';

const script = new URL('../../dist/timberlog.min.js', import.meta.url);

/** What fires unhandledrejection, of three rejections that the engine makes beneath functions of the SDK's. */
const rejections = `(async () => {
  const told = [];
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    told.push(event.reason.name + ' ' + event.reason.message.slice(0, 3));
  });
  Promise.all(5);
  Promise.try?.(() => { throw new Error('try'); });
  Promise.resolve({ get then() { throw new Error('get'); } });
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve));
  return told;
})()`;

describeInEngines('a page with the script build from another origin', (engine, name) => {
  let page: PageServer;
  let cdn: PageServer;
  beforeAll(async () => {
    cdn = await startPageServer({
      routes: { '/timberlog.js': readFileSync(script, 'utf8') },
      headers: { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' },
    });
    page = await startPageServer({
      routes: {
        '/without': '<!doctype html><body>',
        '/crossorigin': `<!doctype html><script crossorigin="anonymous" src="${cdn.url}/timberlog.js"></script><body>`,
        '/muted': `<!doctype html><script src="${cdn.url}/timberlog.js"></script><body>`,
      },
    });
    return async () => {
      await page.close();
      await cdn.close();
    };
  });

  const toldIn = async (path: string): Promise<string[]> =>
    (await engine().open(page.url + path)).evaluate<string[]>(rejections);

  test('is told of the same unhandled rejections as without it, where the script element says crossorigin', async () => {
    expect(await toldIn('/crossorigin')).toEqual(await toldIn('/without'));
  });

  test.runIf(name !== 'webkit')('is not told of some where it does not', async () => {
    expect((await toldIn('/muted')).length).toBeLessThan((await toldIn('/without')).length);
  });
});
