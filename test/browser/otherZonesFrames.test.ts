// Pages inside others: the SDK in an iframe, whether or not the page around it has it too.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines, type EnginePage } from '../support/engines.js';
import {
  flowsKept,
  type OtherPages,
  sdk,
  seenSynchronously,
  serveOtherPages,
  troublesOfLogging,
} from './otherPages.js';

interface Told {
  seen: { [kind: string]: string };
  synchronously: string[];
  logged: { troubles: { kind: string; message: string }[] };
  complaints: string[];
  origin: string;
}

const scripts = ['/safety/watch.js', '/timberlog.min.js', '/safety/contexts.js'];

describeInEngines('a frame', (engine) => {
  let pages: OtherPages;
  let page: EnginePage;
  beforeAll(async () => {
    pages = await serveOtherPages(
      engine(),
      { '/alone': '', '/with': sdk },
      { routes: { '/frame': ({ url }) => frameWith(url.searchParams.get('endpoint')!, url.origin) } },
    );
    page = await pages.open('/with');
    return async () => {
      await page.close();
      await pages.close();
    };
  });

  /** Absolute addresses: a frame of srcdoc has none of its own. */
  const frameWith = (endpoint: string, base = pages.server.url) =>
    `<!doctype html><meta charset="utf-8"><body>${[
      ...scripts,
      `/safety/frame.js?endpoint=${encodeURIComponent(endpoint)}`,
    ]
      .map((path) => `<script src="${base}${path}"></script>`)
      .join('')}`;

  /** What a frame with these attributes tells, and the troubles of its logger. */
  async function frameTells(attributes: { [name: string]: string }, isSrcdoc = false, around = page) {
    let told!: Told;
    const troubles = await troublesOfLogging(async (endpoint) => {
      const source = isSrcdoc
        ? { srcdoc: frameWith(endpoint) }
        : { src: `/frame?endpoint=${encodeURIComponent(endpoint)}` };
      told = await around.evaluate<Told>(`new Promise((resolve, reject) => {
        const frame = document.createElement('iframe');
        for (const [name, value] of Object.entries(${JSON.stringify({ ...attributes, ...source })})) {
          frame.setAttribute(name, value);
        }
        addEventListener('message', ({ data, source }) => {
          if (source !== frame.contentWindow) return;
          frame.remove();
          if (data.error) reject(new Error(data.error));
          resolve(data);
        });
        document.body.append(frame);
      })`);
      return told.logged;
    });
    return { ...told, troubles };
  }

  describe.each([
    ['of the same origin', {}, false],
    ['of srcdoc', {}, true],
    ['in a sandbox that allows its origin', { sandbox: 'allow-scripts allow-same-origin' }, false],
    ['of srcdoc in a sandbox that allows its origin', { sandbox: 'allow-scripts allow-same-origin' }, true],
  ])('%s', (_, attributes, isSrcdoc) => {
    test('keeps contexts, and delivers lines', async () => {
      const told = await frameTells(attributes, isSrcdoc);

      expect(told.seen).toEqual(flowsKept(told.seen));
      expect(told.synchronously).toEqual(seenSynchronously);
      expect(told.troubles).toEqual([]);
      expect(told.complaints).toEqual([]);
    });
  });

  describe.each([
    ['in a sandbox without an origin', false],
    ['of srcdoc in a sandbox without an origin', true],
  ])('%s', (_, isSrcdoc) => {
    test('keeps contexts, and delivers lines, from memory', async () => {
      const told = await frameTells({ sandbox: 'allow-scripts' }, isSrcdoc);

      expect(told.origin).toBe('null');
      expect(told.seen).toEqual(flowsKept(told.seen));
      expect(told.synchronously).toEqual(seenSynchronously);
      expect(told.troubles.map(({ kind }) => kind)).toEqual(['storage']);
      expect(told.complaints).toEqual([]);
    });
  });

  test('keeps contexts in a page without the SDK', async () => {
    const told = await frameTells({}, false, await pages.open('/alone'));

    expect(told.seen).toEqual(flowsKept(told.seen));
    expect(told.complaints).toEqual([]);
  });

  test('has contexts of its own, also for functions that the page around it calls in one', async () => {
    const seen = await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.src = '/with';
      frame.onload = () => {
        const inner = frame.contentWindow;
        const flows = () => [timber, inner.timber].map(({ context }) => context.get().flow ?? 'none');
        const seen = timber.context({ flow: 'outer' }, () => [
          flows(),
          inner.timber.context({ flow: 'inner' }, flows),
          flows(),
        ]);
        const { promise, resolve: found } = inner.Promise.withResolvers();
        timber.context({ flow: 'outer' }, () => inner.setTimeout(() => found([...seen, flows()])));
        promise.then((all) => {
          frame.remove();
          resolve([...all, flows()]);
        });
      };
      document.body.append(frame);
    })`);

    expect(seen).toEqual([
      ['outer', 'none'],
      ['outer', 'inner'],
      ['outer', 'none'],
      ['none', 'none'],
      ['none', 'none'],
    ]);
  });

  test('that is removed leaves the page around it as it is', async () => {
    const seen = await page.evaluate<{ [kind: string]: string }>(`(async () => {
      const frame = document.createElement('iframe');
      frame.src = '/with';
      const loaded = new Promise((resolve) => (frame.onload = resolve));
      document.body.append(frame);
      await loaded;
      frame.contentWindow.timber.context({ flow: 'inner' }, async () => {
        await frame.contentWindow.seenFlows();
      });
      frame.remove();
      return seenFlows();
    })()`);

    expect(seen).toEqual(flowsKept(seen));
  });
});
