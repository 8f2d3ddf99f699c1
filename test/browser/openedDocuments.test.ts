// document.open(), and a write() to a document that has loaded, remove all listeners of a page without a word. The page
// is a frame here: what drives the browser lives in the page around it.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

describeInEngines('a document', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    const withSdk = '<script src="/timberlog.min.js"></script><script src="/flows.js"></script><body><p id="own">';
    flowPage = await openFlowPageIn(engine(), { '/frame': withSdk });
    return flowPage.close;
  });

  /** What code in a frame with the SDK gives. */
  const inFrame = (code: string): Promise<unknown> =>
    flowPage.page.evaluate(`new Promise((resolve, reject) => {
      const frame = document.createElement('iframe');
      frame.src = '/frame';
      frame.addEventListener('load', () => {
        Promise.resolve(frame.contentWindow.eval(${JSON.stringify(code)})).then(resolve, reject).then(() => frame.remove());
      }, { once: true });
      document.body.append(frame);
    })`);

  describe.each([
    ['that is opened again', 'document.open(); document.write("<p>"); document.close();'],
    ['that is written to after it has loaded', 'document.write("<p>"); document.close();'],
  ])('%s', (_, open) => {
    test.each([
      ['the window', 'window'],
      ['the document', 'document'],
      ['an element that was in it', 'own'],
    ])('a listener of %s that is added again has its new context', async (_, target) => {
      const seen = await inFrame(`(() => {
        const target = ${target};
        const flows = [];
        const listener = () => flows.push(String(flow()));
        timber.context({ flow: 'a' }, () => target.addEventListener('news', listener));
        target.dispatchEvent(new Event('news'));
        ${open}
        target.dispatchEvent(new Event('news'));
        flows.push('opened');
        timber.context({ flow: 'b' }, () => target.addEventListener('news', listener));
        timber.context({ flow: 'c' }, () => target.addEventListener('news', listener));
        target.dispatchEvent(new Event('news'));
        target.removeEventListener('news', listener);
        target.dispatchEvent(new Event('news'));
        return flows;
      })()`);

      expect(seen).toEqual(['a', 'opened', 'b']);
    });

    test('a listener of what is not in it stays, and is added once only', async () => {
      const seen = await inFrame(`(() => {
        const targets = [new EventTarget(), document.createElement('p')];
        const flows = [];
        const listener = () => flows.push(String(flow()));
        timber.context({ flow: 'a' }, () => targets.forEach((target) => target.addEventListener('news', listener)));
        ${open}
        for (const target of targets) {
          target.dispatchEvent(new Event('news'));
          timber.context({ flow: 'b' }, () => target.addEventListener('news', listener));
          target.dispatchEvent(new Event('news'));
          target.removeEventListener('news', listener);
          target.dispatchEvent(new Event('news'));
        }
        return flows;
      })()`);

      expect(seen).toEqual(['a', 'b', 'a', 'b']);
    });
  });
});
