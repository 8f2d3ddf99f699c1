// What cannot be followed at run time: the context is missing there, never another's, until the next callback that is
// followed.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

const capturedBefore = `<script>
  const before = {
    setTimeout, queueMicrotask, MutationObserver, MessageChannel,
    then: Promise.prototype.then,
    finally: Promise.prototype.finally,
    resolve: Promise.resolve.bind(Promise),
    addEventListener: EventTarget.prototype.addEventListener,
    set onmessage(callback) {
      const { port1, port2 } = new MessageChannel();
      setOnmessage.call(port1, callback);
      port2.postMessage(0);
    },
  };
  const setOnmessage = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage').set;
</script>`;

describeInEngines('the context', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine(), {
      '/': `${capturedBefore}<script src="/timberlog.min.js"></script><script src="/flows.js"></script>
        <body><iframe srcdoc="<script>async function ofFrame() {}</script>"></iframe>`,
    });
    return flowPage.close;
  });

  /** What code sees in the context a while code in b awaits. */
  const besideOther = (code: string): Promise<unknown> =>
    flowPage.page.evaluate(`(async () => {
      const other = timber.context({ flow: 'b' }, async () => {
        for (let i = 0; i < 20; i++) await Promise.resolve();
      });
      const flows = [];
      await timber.context({ flow: 'a' }, async () => { ${code} });
      await other;
      return flows;
    })()`);

  test.each([
    ['of a value that is no promise', '1'],
    ['of a thenable that is no promise', '{ then(resolve) { setTimeout(resolve) } }'],
    ['of a promise with a constructor of its own', 'Object.assign(tick(), { constructor: class extends Promise {} })'],
    ['of a promise with a then of its own', 'Object.assign(tick(), { then: Promise.prototype.then })'],
    ['of a promise of another realm', 'document.querySelector("iframe").contentWindow.ofFrame()'],
  ])('is missing after an await %s', async (_, expression) => {
    const seen = await besideOther(`
      const callback = flowOf((callback) => setTimeout(callback, 1));
      await ${expression};
      flows.push(String(flow()), await callback);
    `);

    expect(seen).toEqual(['undefined', 'a']);
  });

  test('is missing between callbacks of an AsyncDisposableStack that return no promise', async ({ skip }) => {
    const isThere = await flowPage.page.evaluate('Boolean(globalThis.AsyncDisposableStack)');
    if (!isThere) skip('not applicable: there is no AsyncDisposableStack');

    const seen = await besideOther(`
      const stack = new AsyncDisposableStack();
      for (const name of ['second', 'first']) stack.defer(() => void flows.push(name + ' ' + flow()));
      await stack.disposeAsync();
      flows.push(flow());
    `);

    expect(seen).toEqual(['first a', 'second undefined', 'a']);
  });

  test('is missing after an await using whose disposal returns no promise, but for Chromium', async ({ skip }) => {
    const isParsed = await flowPage.page.evaluate(`(() => {
      try {
        return Boolean(new Function('return async () => { await using nothing = null; }'));
      } catch {
        return false;
      }
    })()`);
    if (!isParsed) skip('not applicable: there is no await using');

    // As a text: where it is not parsed, nothing else would be.
    const seen = await besideOther(`
      const AsyncFunction = (async () => {}).constructor;
      const held = { [Symbol.asyncDispose]() {} };
      await new AsyncFunction('held', 'note', '{ await using one = held; } note();')(held, () => flows.push(String(flow())));
      flows.push(flow());
    `);

    expect(seen).toEqual([engine().name === 'chromium' ? 'a' : 'undefined', 'a']);
  });

  test('is missing in a generator between plain values that were all asked for at once', async () => {
    const seen = await besideOther(`
      async function* numbers() {
        yield 1;
        flows.push(String(flow()));
        yield 2;
      }
      const given = numbers();
      await Promise.all([given.next(), given.next()]);
      flows.push(flow());
    `);

    expect(seen).toEqual(['undefined', 'a']);
  });

  test.each([
    ['setTimeout', '(0, before.setTimeout)(callback)'],
    ['queueMicrotask', '(0, before.queueMicrotask)(callback)'],
    ['then', 'before.then.call(tick(), callback)'],
    ['a settled then', 'before.then.call(Promise.resolve(), callback)'],
    [
      'MutationObserver',
      'new before.MutationObserver(callback).observe(document.body, { attributes: true }); document.body.id = "seen"',
    ],
    [
      'addEventListener',
      `const target = new EventTarget();
       before.addEventListener.call(target, 'news', callback);
       (0, before.setTimeout)(() => target.dispatchEvent(new Event('news')))`,
    ],
    ['the setter of onmessage', 'before.onmessage = callback'],
  ])('is missing in a callback of %s that was captured before the SDK was loaded', async (_, registration) => {
    const seen = await besideOther(`
      const callback = await flowOf((callback) => { ${registration} });
      const next = await flowOf((callback) => setTimeout(callback, 1));
      flows.push(String(callback), next);
    `);

    expect(seen).toEqual(['undefined', 'a']);
  });

  test('is that of each code that awaits what a captured Promise.resolve gave in one of them', async () => {
    const seen = await flowPage.page.evaluate(`(async () => {
      const flows = [];
      const note = (name) => flows.push(name + ' ' + flow());
      const shared = timber.context({ flow: 'a' }, () => before.resolve(tick()));
      const inB = timber.context({ flow: 'b' }, async () => {
        before.then.call(shared, () => note('captured then in b'));
        shared.then(() => note('then in b'));
        await shared;
        note('await in b');
      });
      before.then.call(shared, () => note('captured then outside'));
      shared.then(() => note('then outside'));
      await shared;
      note('await outside');
      await inB;
      return flows.sort();
    })()`);

    expect(seen).toEqual([
      'await in b b',
      'await outside undefined',
      'captured then in b undefined',
      'captured then outside undefined',
      'then in b b',
      'then outside undefined',
    ]);
  });
});
