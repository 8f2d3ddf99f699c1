// The known cases in which code outside of contexts sees one, and so does what that code awaits next. Each is a promise
// that is made in a context and awaited outside.
import { beforeAll, expect, test } from 'vitest';
import { openPage } from '../support/browser.js';
import { type FlowPage, openFlowPage } from './flowPage.js';

declare const resolveBefore: typeof Promise.resolve;

let flowPage: FlowPage;
beforeAll(async () => {
  flowPage = await openFlowPage({
    '/captured': `
      <script>const resolveBefore = Promise.resolve.bind(Promise);</script>
      <script src="/timberlog.min.js"></script><script src="/flows.js"></script>`,
  });
  return flowPage.close;
});

test('is seen outside: the context of code that uses a Promise.resolve captured before the SDK was loaded', async () => {
  const page = await openPage(flowPage.browser, `${flowPage.server.url}/captured`);

  const seen = await page.evaluate(async () => {
    await timber.context({ flow: 'a' }, () => resolveBefore(tick()));
    const first = flow();
    await tick();
    return [first, flow()];
  });

  expect(seen).toEqual(['a', 'a']);
});

test('is seen outside: the context of code that compares the constructor of the promise that it returns', async () => {
  const seen = await flowPage.inPage(async () => {
    await timber.context({ flow: 'a' }, async () => {
      const promise: object = tick();
      return promise.constructor === Object ? undefined : promise;
    });
    const first = flow();
    await tick();
    return [first, flow()];
  });

  expect(seen).toEqual(['a', 'a']);
});

test('is seen outside: the context of code that compares the constructor of a promise that it resolves with', async () => {
  const seen = await flowPage.inPage(async () => {
    await timber.context({ flow: 'a' }, () => {
      const promise: object = tick();
      const given = promise.constructor === Object ? undefined : promise;
      return new Promise((resolve) => resolve(given));
    });
    const first = flow();
    await tick();
    return [first, flow()];
  });

  expect(seen).toEqual(['a', 'a']);
});
