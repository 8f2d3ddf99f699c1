// What a page can tell outside of contexts all the same, because the SDK is JavaScript where the browser is not.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { openSafetyPages, type SafetyPages, sdk } from './safetyPages.js';

const before = `<script>
  globalThis.before = {
    add: EventTarget.prototype.addEventListener,
    remove: EventTarget.prototype.removeEventListener,
  };
</script>`;

describeInEngines('a page with the SDK, unlike one without,', (engine) => {
  let pages: SafetyPages;
  beforeAll(async () => {
    pages = await openSafetyPages(engine(), { without: before, with: before + sdk });
    return pages.close;
  });

  const withoutAndWith = async (code: string): Promise<unknown[]> => [
    await pages.evaluate('without', `(${code})()`),
    await pages.evaluate('with', `(${code})()`),
  ];

  test('has then and constructor of Promise.prototype as accessors', async () => {
    const keys = `() => ['then', 'constructor'].map((key) =>
      Object.keys(Object.getOwnPropertyDescriptor(Promise.prototype, key)).join(' '))`;

    const [without, withSdk] = await withoutAndWith(keys);

    expect(without).toEqual(Array(2).fill('value writable enumerable configurable'));
    expect(withSdk).toEqual(Array(2).fill('get set enumerable configurable'));
  });

  test('throws for an assignment to then of a frozen promise in sloppy code too', async () => {
    const assign = `() => {
      const promise = Object.freeze(Promise.resolve());
      try {
        return new Function('promise', 'return (promise.then = 1)')(promise);
      } catch (error) {
        return error.name;
      }
    }`;

    expect(await withoutAndWith(assign)).toEqual([1, 'TypeError']);
  });

  test('loses then to a defineProperty that only makes it read-only', async () => {
    const types = `async () => {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const script = frame.contentDocument.createElement('script');
      if (globalThis.timber) script.src = '/timberlog.min.js';
      frame.contentDocument.body.append(script);
      if (globalThis.timber) await new Promise((resolve) => (script.onload = resolve));
      const { prototype } = frame.contentWindow.Promise;
      Object.defineProperty(prototype, 'then', { writable: false });
      const type = typeof prototype.then;
      frame.remove();
      return type;
    }`;

    expect(await withoutAndWith(types)).toEqual(['function', 'undefined']);
  });

  test('has listeners that a removeEventListener from before the SDK does not know, nor an addEventListener', async () => {
    const calls = `() => {
      let calls = 0;
      const listener = () => calls++;
      const [removed, added, undone] = [new EventTarget(), new EventTarget(), new EventTarget()];
      removed.addEventListener('news', listener);
      before.remove.call(removed, 'news', listener);
      added.addEventListener('news', listener);
      before.add.call(added, 'news', listener);
      before.add.call(undone, 'news', listener);
      undone.removeEventListener('news', listener);
      return [removed, added, undone].map((target) => {
        calls = 0;
        target.dispatchEvent(new Event('news'));
        return calls;
      });
    }`;

    expect(await withoutAndWith(calls)).toEqual([
      [0, 1, 0],
      [1, 2, 0],
    ]);
  });

  test('has the keys of the window in another order in Firefox, which orders them by their first use', async () => {
    const keys = `() => Reflect.ownKeys(globalThis).map(String).filter((key) => !/timber|Zone|zone_symbol/.test(key))`;

    const [without, withSdk] = (await withoutAndWith(keys)) as [string[], string[]];

    expect([...withSdk].sort()).toEqual([...without].sort());
    expect(withSdk.join() === without.join()).toBe(engine().name !== 'firefox');
  });

  test('has all reactions of a custom element read, also those that its class has not asked for', async () => {
    const reads = `() => {
      let isRead = false;
      class Mine extends HTMLElement {
        get formResetCallback() { isRead = true; }
      }
      customElements.define('safety-' + Math.random().toString(36).slice(2), Mine);
      return isRead;
    }`;

    expect(await withoutAndWith(reads)).toEqual([false, true]);
  });

  test('is the source of what cannot be called: a class as a listener', async () => {
    const source = `() => new Promise((resolve) => {
      class Mine {}
      const tell = (event) => {
        event.preventDefault();
        resolve(event.filename.split('/').pop() === 'timberlog.min.js');
      };
      addEventListener('error', tell, { once: true });
      const target = new EventTarget();
      target.addEventListener('news', Mine);
      target.dispatchEvent(new Event('news'));
    })`;

    expect(await withoutAndWith(source)).toEqual([false, engine().name !== 'webkit']);
  });

  test.each([
    ['a listener', `target.addEventListener('news', callback); target.dispatchEvent(new Event('news'));`],
    ['a handler', `const button = document.createElement('b'); button.onclick = callback; button.click();`],
  ])('has a line of the SDK on the stack of an error in %s', async (_, call) => {
    const lines = `() => {
      let stack;
      const callback = () => (stack = new Error('here').stack);
      const target = new EventTarget();
      ${call}
      return stack.includes('timberlog.min.js');
    }`;

    expect(await withoutAndWith(lines)).toEqual([false, true]);
  });

  test.each([
    ['setTimeout', 'setTimeout(callback)'],
    ['then', 'Promise.resolve().then(callback)'],
    ['queueMicrotask', 'queueMicrotask(callback)'],
  ])(
    'has no line of the SDK on the stack of an error in a callback of %s, but what Firefox says of who called that',
    async (_, call) => {
      const lines = `() => new Promise((resolve) => {
      const callback = () => resolve(new Error('here').stack.includes('timberlog.min.js'));
      ${call};
    })`;

      expect(await withoutAndWith(lines)).toEqual([false, engine().name === 'firefox']);
    },
  );

  test('is named otherwise in sentences of V8', async ({ skip }) => {
    if (engine().name !== 'chromium') skip('other engines do not name it');
    const sentence = `() => {
      try {
        structuredClone(Promise.resolve());
      } catch (error) {
        return error.message.split(': ').pop();
      }
    }`;

    expect(await withoutAndWith(sentence)).toEqual([
      '#<Promise> could not be cloned.',
      '[object Promise] could not be cloned.',
    ]);
  });

  test('has replaced functions named by their source where structuredClone refuses them', async () => {
    const isNative = `() => {
      try {
        structuredClone(addEventListener);
      } catch (error) {
        return error.message;
      }
    }`;

    const [without, withSdk] = await withoutAndWith(isNative);

    if (engine().name === 'chromium') expect(withSdk).not.toEqual(without);
    else expect(withSdk).toEqual(without);
  });

  test('is named by errors that a function of the browser’s throws itself', async () => {
    const file = `() => new Promise((resolve) => {
      addEventListener('error', (event) => {
        event.preventDefault();
        resolve(event.filename.includes('timberlog.min.js'));
      }, { once: true });
      setTimeout(() => {
        customElements.define('twice-defined', class extends HTMLElement {});
        customElements.define('twice-defined', class extends HTMLElement {});
      });
    })`;

    expect(await withoutAndWith(file)).toEqual([false, true]);
  });

  test('shows its source to toString of another realm', async () => {
    const text = `() => {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const isNative = frame.contentWindow.Function.prototype.toString.call(setTimeout).includes('[native code]');
      frame.remove();
      return isNative;
    }`;

    expect(await withoutAndWith(text)).toEqual([true, false]);
  });
});
