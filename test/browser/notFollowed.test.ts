// What registers callbacks without being followed: the browser calls them in no context. What code calls through such
// an API is a plain call, in the context of the caller.
import { beforeAll, expect, test } from 'vitest';
import { type FlowPage, openFlowPage } from './flowPage.js';

let flowPage: FlowPage;
beforeAll(async () => {
  flowPage = await openFlowPage();
  return flowPage.close;
});

/** The context of a callback that registration, run in the context a, hands over, and that later sets off. */
const contextOfCallback = (registration: string, later: string): Promise<unknown> =>
  flowPage.page.evaluate(`(async () => {
    const contextSeen = Promise.withResolvers();
    globalThis.callback = () => contextSeen.resolve(timber.context.get());
    const made = timber.context({ flow: 'a' }, () => { ${registration} });
    await tick();
    ${later}
    return contextSeen.promise;
  })()`);

const inlineHandler = `
  const button = document.createElement('button');
  button.setAttribute('onclick', 'callback()');
  return button;`;
const observable = `
  const target = new EventTarget();
  target.when('news').subscribe(callback);
  return target;`;

test.each([
  ['a content attribute', inlineHandler, 'made.click()'],
  ['an Observable', observable, 'made.dispatchEvent(new Event("news"))'],
])('has no context in the callback of %s', async (_, registration, later) => {
  expect(await contextOfCallback(registration, later)).toEqual({});
});

test.each([
  ['a content attribute that click() runs', inlineHandler, 'made.click()'],
  ['an Observable that dispatchEvent() feeds', observable, 'made.dispatchEvent(new Event("news"))'],
])('has the context of the caller in the callback of %s', async (_, registration, later) => {
  const inContext = `timber.context({ flow: 'b' }, () => void ${later})`;

  expect(await contextOfCallback(registration, inContext)).toEqual({ flow: 'b' });
});
