// What registers callbacks without being followed: the browser calls them in no context. What code calls through such
// an API is a plain call, in the context of the caller.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

const page = `<script>
  const before = { addEventListener: EventTarget.prototype.addEventListener, ReadableStream };
  </script><script src="/timberlog.min.js"></script><script src="/flows.js"></script><body><iframe></iframe>`;

interface Kind {
  readonly what: string;
  /** An expression: whether there is such a thing in this engine. */
  readonly needs: string;
  /** What is run in the context a. */
  readonly register: string;
  /** What sets it off at once: code, with what register returned. */
  readonly trigger: string;
}

const kinds: readonly Kind[] = [
  {
    what: 'a content attribute',
    needs: 'true',
    register: `
      const button = document.createElement('button');
      button.setAttribute('onclick', 'callback()');
      return button;`,
    trigger: 'made.click()',
  },
  {
    what: 'an Observable',
    needs: 'EventTarget.prototype.when',
    register: `
      const target = new EventTarget();
      target.when('news').subscribe(callback);
      return target;`,
    trigger: 'made.dispatchEvent(new Event("news"))',
  },
  {
    what: 'a NodeFilter',
    needs: 'true',
    register: `
      const filter = () => {
        callback();
        return NodeFilter.FILTER_ACCEPT;
      };
      return document.createTreeWalker(document, NodeFilter.SHOW_ELEMENT, filter);`,
    trigger: 'made.nextNode()',
  },
  {
    what: 'an addEventListener from before the SDK',
    needs: 'true',
    register: `
      const target = new EventTarget();
      before.addEventListener.call(target, 'news', callback);
      return target;`,
    trigger: 'made.dispatchEvent(new Event("news"))',
  },
  {
    what: 'a frame’s addEventListener',
    needs: 'true',
    register: `
      const button = document.createElement('button');
      frames[0].EventTarget.prototype.addEventListener.call(button, 'click', callback);
      return button;`,
    trigger: 'made.click()',
  },
  {
    what: 'a ReadableStream from before the SDK',
    needs: 'true',
    register: 'return new before.ReadableStream({ pull: callback }, { highWaterMark: 0 }).getReader();',
    trigger: 'made.read()',
  },
  {
    what: 'a frame’s ReadableStream',
    needs: 'true',
    register: 'return new frames[0].ReadableStream({ pull: callback }, { highWaterMark: 0 }).getReader();',
    trigger: 'made.read()',
  },
  {
    what: 'a custom element whose prototype is frozen',
    needs: 'true',
    register: `
      class Frozen extends HTMLElement {
        connectedCallback() {
          callback();
        }
      }
      Object.freeze(Frozen.prototype);
      const name = 'frozen-' + Math.random().toString(36).slice(2);
      customElements.define(name, Frozen);
      return name;`,
    trigger: 'document.body.append(document.createElement(made))',
  },
];

describeInEngines('a callback', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine(), { '/': page });
    return flowPage.close;
  });

  const has = (thing: string): Promise<boolean> => flowPage.page.evaluate(`Boolean(${thing})`);

  /** The context of a callback that register, run in the context a, hands over, and that trigger sets off. */
  const contextOfCallback = (register: string, trigger = ''): Promise<unknown> =>
    flowPage.page.evaluate(`new Promise((resolve) => {
      globalThis.callback = () => resolve(timber.context.get());
      const made = timber.context({ flow: 'a' }, () => { ${register} });
      setTimeout(() => { ${trigger} }, 1);
    })`);

  for (const { what, needs, register, trigger } of kinds) {
    describe(`of ${what}`, () => {
      test('has no context when it is set off in none', async ({ skip }) => {
        if (!(await has(needs))) skip(`not applicable: there is no ${needs}`);

        expect(await contextOfCallback(register, trigger)).toEqual({});
      });

      test('has the context of code that sets it off', async ({ skip }) => {
        if (!(await has(needs))) skip(`not applicable: there is no ${needs}`);
        const inContext = `timber.context({ flow: 'b' }, () => void ${trigger})`;

        expect(await contextOfCallback(register, inContext)).toEqual({ flow: 'b' });
      });
    });
  }

  test.for([
    ['a timer that is given as text', 'true', 'setTimeout("callback()")'],
    [
      'an entry of Chromium’s older file system',
      'globalThis.webkitRequestFileSystem && !globalThis.FileSystemFileEntry',
      'webkitRequestFileSystem(TEMPORARY, 1_024, ({ root }) => root.getMetadata(callback))',
    ],
    [
      'navigator.webkitTemporaryStorage',
      'navigator.webkitTemporaryStorage',
      'navigator.webkitTemporaryStorage.queryUsageAndQuota(callback)',
    ],
  ] as const)('of %s has no context', async ([, needs, register], { skip }) => {
    if (!(await has(needs))) skip(`not applicable: there is no ${needs}`);

    expect(await contextOfCallback(register)).toEqual({});
  });
});
