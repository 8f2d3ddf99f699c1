// A context over event listeners: whoever dispatches the event, a listener has the context in which it was added.
import { beforeAll, expect, test } from 'vitest';
import { openPage } from '../support/browser.js';
import { type FlowPage, openFlowPage } from './flowPage.js';

let flowPage: FlowPage;
beforeAll(async () => {
  flowPage = await openFlowPage();
  return flowPage.close;
});

test('runs a listener that was added outside in no context, also when a context dispatches the event', async () => {
  const seen = await flowPage.inPage(() => {
    const element = document.createElement('div');
    const flows: unknown[] = [];
    element.addEventListener('click', () => flows.push(String(flow())));
    element.onclick = () => flows.push(String(flow()));
    timber.context({ flow: 'a' }, () => {
      element.click();
      flows.push(flow());
    });
    return flows;
  });

  expect(seen).toEqual(['undefined', 'undefined', 'a']);
});

test('runs a listener in the context in which it was added when another dispatches the event', async () => {
  const seen = await flowPage.inPage(() => {
    const element = document.createElement('div');
    const flows: unknown[] = [];
    timber.context({ flow: 'a' }, () => element.addEventListener('click', () => flows.push(flow())));
    timber.context({ flow: 'b' }, () => {
      element.click();
      flows.push(flow());
    });
    return flows;
  });

  expect(seen).toEqual(['a', 'b']);
});

test('a listener that ran once has the new context when it is added again', async () => {
  const seen = await flowPage.inPage(() => {
    const element = document.createElement('div');
    const flows: unknown[] = [];
    const listener = () => flows.push(flow());
    for (const name of ['a', 'b']) {
      timber.context({ flow: name }, () => element.addEventListener('click', listener, { once: true }));
      element.click();
      element.click();
    }
    return flows;
  });

  expect(seen).toEqual(['a', 'b']);
});

test('a listener that a signal removed has the new context when it is added again', async () => {
  const seen = await flowPage.inPage(() => {
    const element = document.createElement('div');
    const flows: unknown[] = [];
    const listener = () => flows.push(flow());
    const removal = new AbortController();
    timber.context({ flow: 'a' }, () => element.addEventListener('click', listener, { signal: removal.signal }));
    removal.abort();
    element.click();
    timber.context({ flow: 'b' }, () => element.addEventListener('click', listener));
    element.click();
    return flows;
  });

  expect(seen).toEqual(['b']);
});

test('lets go of a listener that a signal removed', async () => {
  const page = await openPage(flowPage.browser, flowPage.server.url);
  await page.evaluate(() => {
    const controller = new AbortController();
    let listener: (() => void) | undefined = () => {};
    (window as any).removed = new WeakRef(listener);
    window.addEventListener('resize', listener, { signal: controller.signal });
    controller.abort();
    listener = undefined;
  });

  await page.requestGC();

  await expect(page.evaluate(() => (window as any).removed.deref() === undefined)).resolves.toBe(true);
});

test('hands all options on to an addEventListener that the page had put in place before', async () => {
  flowPage.server.route(
    '/wrapped',
    `<script>
      const native = EventTarget.prototype.addEventListener;
      EventTarget.prototype.addEventListener = function (type, listener, options) {
        globalThis.handed = JSON.stringify(options);
        native.call(this, type, listener, options);
      };
    </script><script src="/timberlog.min.js"></script>`,
  );
  const page = await openPage(flowPage.browser, `${flowPage.server.url}/wrapped`);

  const handed = await page.evaluate(() => {
    addEventListener('news', () => {}, { passive: true, delayMs: 5 } as AddEventListenerOptions);
    const { handed } = globalThis as { handed?: string };
    return JSON.parse(handed!);
  });

  expect(handed).toEqual({ passive: true, delayMs: 5 });
});
