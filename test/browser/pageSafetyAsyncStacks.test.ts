// What DevTools shows as the stack of asynchronous callers, asked for as DevTools does: with the SDK and without.
import { beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser } from '../support/browser.js';
import { type PageServer, startPageServer } from '../support/pageServer.js';
import { fixtures, pendingAwait, sdk } from './safetyPages.js';

let browser: TestBrowser;
let server: PageServer;
beforeAll(async () => {
  browser = await launchBrowser();
  const page = (before: string) => `<!doctype html><body>${before}<script src="/safety/asyncStacks.js"></script>`;
  server = await startPageServer({
    folder: fixtures,
    routes: { '/without': page(''), '/with': page(sdk), '/pending': page(pendingAwait) },
  });
  return async () => {
    await browser.close();
    await server.close();
  };
});

interface CallFrame {
  functionName: string;
  url: string;
}
interface StackTrace {
  description?: string;
  callFrames: CallFrame[];
  parent?: StackTrace;
}

/** Each stack of the chain: why it was left, and its functions, those of the SDK as `SDK`. */
function chainOf(stack: StackTrace | undefined): string[] {
  if (!stack) return [];
  const names = stack.callFrames.map(({ functionName, url }) =>
    url.endsWith('timberlog.min.js') ? 'SDK' : functionName || 'anonymous',
  );
  return [`${stack.description ?? 'thrown'}: ${names.join(' < ')}`, ...chainOf(stack.parent)];
}

/** The chain of the exception that the function called name of the page throws in the end. */
async function chain(path: string, name: string, inContext = false): Promise<string[]> {
  const page = await openPage(browser, server.url + path);
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Runtime.enable');
  await devTools.send('Debugger.enable');
  await devTools.send('Debugger.setAsyncCallStackDepth', { maxDepth: 32 });
  const thrown = new Promise<StackTrace | undefined>((resolve) => {
    devTools.once('Runtime.exceptionThrown', ({ exceptionDetails }) => resolve(exceptionDetails.stackTrace));
  });
  const run = inContext ? `timber.context({ safety: true }, ${name})` : `${name}()`;
  await devTools.send('Runtime.evaluate', { expression: run });
  return chainOf(await thrown);
}

/** The functions of the page alone. For `catch` V8 says what that calls, which is `then`. */
const ofPage = (stacks: string[]) =>
  stacks.map((names) =>
    names.replaceAll(' < SDK', '').replace(': SDK < ', ': ').replace('Promise.catch', 'Promise.then'),
  );

const awaits = [
  ['awaits of async functions', 'awaits'],
  ['awaits of what is no promise', 'awaitsOfValues'],
  ['an await of a rejection', 'awaitsOfRejections'],
  ['a loop over an async generator', 'generators'],
  ['a combinator', 'combinators'],
  ['promises of a subclass', 'subclasses'],
  ['microtasks', 'microtasks'],
  ['mutations', 'mutations'],
] as const;
const callbacks = [
  ['then, catch and finally', 'thens'],
  ['timers', 'timers'],
  ['a frame', 'frames'],
  ['idle time', 'idles'],
  ['a listener', 'listeners'],
  ['a message', 'messages'],
] as const;

describe.each([
  ['with the SDK', '/with'],
  ['with the SDK, while an await in a context is pending', '/pending'],
])('%s', (_, path) => {
  test.each(awaits)('DevTools shows the same asynchronous callers over %s', async (_, name) => {
    expect(await chain(path, name)).toEqual(await chain('/without', name));
  });

  test.each(callbacks)('DevTools shows the same asynchronous callers, and the SDK, over %s', async (_, name) => {
    const stacks = await chain(path, name);

    expect(ofPage(stacks)).toEqual(ofPage(await chain('/without', name)));
    expect(stacks.join()).toContain('SDK');
  });
});

test.each([...awaits, ...callbacks])('in a context DevTools shows the same, and the SDK, over %s', async (_, name) => {
  const stacks = await chain('/with', name, true);

  expect(ofPage(stacks)).toEqual(ofPage(await chain('/without', name)));
});
