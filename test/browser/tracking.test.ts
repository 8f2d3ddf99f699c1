// A context over callbacks: timers, events, observers, requests. A callback has the context of its registration.
import { beforeAll, expect, test } from 'vitest';
import { type FlowPage, openFlowPage } from './flowPage.js';

let flowPage: FlowPage;
beforeAll(async () => {
  flowPage = await openFlowPage({
    '/events': { body: 'data: news\n\n', headers: { 'content-type': 'text/event-stream' } },
    '/worker.js': `
      importScripts('/timberlog.min.js', '/flows.js');
      timber.context({ flow: 'a' }, async () => {
        const flows = [await flowOf((callback) => setTimeout(callback))];
        flows.push(await flowOf((callback) => (onmessage = callback)));
        await fetch('/answer.json');
        postMessage([...flows, flow()]);
      });
      postMessage(String(flow()));`,
  });
  await flowPage.page.context().grantPermissions(['geolocation']);
  await flowPage.page.context().setGeolocation({ latitude: 0, longitude: 0 });
  return flowPage.close;
});

test('returns what the function returns, and has its context in it alone', async () => {
  const seen = await flowPage.inPage(() => [flow(), timber.context({ flow: 'a' }, () => flow()), flow()]);

  expect(seen).toEqual([undefined, 'a', undefined]);
});

test('nests contexts and restores the outer one', async () => {
  const seen = await flowPage.inPage(() =>
    timber.context({ flow: 'a' }, () => [flow(), timber.context({ flow: 'b' }, () => flow()), flow()]),
  );

  expect(seen).toEqual(['a', 'b', 'a']);
});

test('restores the outer context when the function throws, and passes the exception on', async () => {
  const seen = await flowPage.inPage(() =>
    timber.context({ flow: 'a' }, () => {
      try {
        return timber.context({ flow: 'b' }, () => {
          throw flow();
        });
      } catch (thrown) {
        return [thrown, flow()];
      }
    }),
  );

  expect(seen).toEqual(['b', 'a']);
});

test('keeps the contexts of two createContext() apart', async () => {
  const seen = await flowPage.inPage(async () => {
    const other = timber.createContext();
    const both = () => [flow(), other.get().flow];
    return timber.context({ flow: 'a' }, () =>
      other({ flow: 'b' }, async () => {
        const inside = timber.context({ flow: 'c' }, both);
        await tick();
        return [...inside, ...both(), ...other({ flow: 'd' }, both)];
      }),
    );
  });

  expect(seen).toEqual(['c', 'b', 'a', 'b', 'a', 'd']);
});

test.each([
  ['setTimeout', 'setTimeout(callback, 1)'],
  ['setInterval', 'const id = setInterval(() => { clearInterval(id); callback(); }, 1)'],
  ['requestAnimationFrame', 'requestAnimationFrame(callback)'],
  ['requestIdleCallback', 'requestIdleCallback(callback)'],
  ['queueMicrotask', 'queueMicrotask(callback)'],
  ['scheduler.postTask', 'scheduler.postTask(callback)'],
  ['geolocation', 'navigator.geolocation.getCurrentPosition(callback, callback)'],
  ['MutationObserver', 'new MutationObserver(callback).observe(element, { attributes: true }); element.title = ""'],
  ['IntersectionObserver', 'new IntersectionObserver(callback).observe(element)'],
  ['ResizeObserver', 'new ResizeObserver(callback).observe(element)'],
  ['addEventListener', 'element.addEventListener("click", callback); later(() => element.click())'],
  ['a listener object', 'element.addEventListener("click", { handleEvent: callback }); later(() => element.click())'],
  ['a capturing listener', 'document.addEventListener("click", callback, true); later(() => element.click())'],
  ['an element’s onclick', 'element.onclick = callback; later(() => element.click())'],
  ['window.onhashchange', 'onhashchange = callback; location.hash = Math.random()'],
  ['an EventTarget of the page’s own', 'later.target.addEventListener("news", callback); later(() => later.news())'],
  ['XMLHttpRequest listeners', 'request.addEventListener("load", callback); request.send()'],
  ['XMLHttpRequest onload', 'request.onload = callback; request.send()'],
  ['XMLHttpRequest onreadystatechange', 'request.onreadystatechange = callback; request.send()'],
  ['MessagePort onmessage', 'port1.onmessage = callback; port2.postMessage(0)'],
  ['MessagePort listeners', 'port1.addEventListener("message", callback); port1.start(); port2.postMessage(0)'],
  ['BroadcastChannel', 'channel.onmessage = callback; new BroadcastChannel("flows").postMessage(0)'],
  ['EventSource', 'new EventSource("/events").onmessage = function () { this.close(); callback(); }'],
  ['Worker', 'new Worker("data:text/javascript,postMessage(0)").onmessage = callback'],
  ['FileReader', 'reader.onload = callback; reader.readAsText(new Blob(["text"]))'],
  ['AbortSignal.timeout', 'AbortSignal.timeout(1).onabort = callback'],
  ['AbortSignal listeners', 'AbortSignal.timeout(1).addEventListener("abort", callback)'],
  ['Animation', 'element.animate([{ opacity: 0 }, { opacity: 1 }], 1).onfinish = callback'],
  ['a request to open IndexedDB', 'open("first").onupgradeneeded = callback'],
  ['the success of an IndexedDB request', 'open("second").onsuccess = callback'],
])('keeps a context in the callbacks of %s', async (_, registration) => {
  const seen = await flowPage.page.evaluate(`(async () => {
    const element = document.body.appendChild(document.createElement('div'));
    const request = new XMLHttpRequest();
    request.open('GET', '/answer.json');
    const { port1, port2 } = new MessageChannel();
    const channel = new BroadcastChannel('flows');
    const reader = new FileReader();
    const open = (name) => indexedDB.open(name + Math.random());
    const fromOutside = [];
    const later = (fn) => fromOutside.push(fn);
    later.target = new (class extends EventTarget {})();
    later.news = () => later.target.dispatchEvent(new Event('news'));
    const seen = timber.context({ flow: 'a' }, () => flowOf((callback) => { ${registration} }));
    for (const fn of fromOutside) fn();
    return [await seen, String(flow())];
  })()`);

  expect(seen).toEqual(['a', 'undefined']);
});

test('keeps a context through an IndexedDB transaction', async () => {
  const seen = await flowPage.inPage(() =>
    timber.context({ flow: 'a' }, async () => {
      const opening = indexedDB.open('transactions');
      const flows: unknown[] = [
        await flowOf((callback) => {
          opening.onupgradeneeded = () => {
            opening.result.createObjectStore('store');
            callback();
          };
        }),
      ];
      flows.push(await flowOf((callback) => opening.addEventListener('success', callback)));
      const transaction = opening.result.transaction('store', 'readwrite');
      const putting = transaction.objectStore('store').put('value', 'key');
      flows.push(await flowOf((callback) => (putting.onsuccess = callback)));
      flows.push(await flowOf((callback) => (transaction.oncomplete = callback)));
      opening.result.close();
      return [...flows, flow()];
    }),
  );

  expect(seen).toEqual(['a', 'a', 'a', 'a', 'a']);
});

test('passes `this`, arguments and the return value through a bound callback', async () => {
  const seen = await flowPage.inPage(async () => {
    const element = document.createElement('form');
    document.body.append(element);
    const flows: unknown[] = [];
    await timber.context({ flow: 'a' }, async () => {
      await new Promise<void>((resolve) =>
        setTimeout(
          function (this: unknown, ...args: unknown[]) {
            flows.push(this === window, args);
            resolve();
          },
          1,
          'first',
          'second',
        ),
      );
      element.onsubmit = function (event) {
        flows.push(this === element, event.type);
        return false;
      };
    });
    const event = new Event('submit', { cancelable: true });
    element.dispatchEvent(event);
    return [...flows, event.defaultPrevented];
  });

  expect(seen).toEqual([true, ['first', 'second'], true, 'submit', true]);
});

test('an exception of a callback in a context is reported and leaves no context behind', async () => {
  const seen = await flowPage.inPage(async () => {
    const reported = new Promise((resolve) =>
      addEventListener('error', (event) => resolve(event.error.message), { once: true }),
    );
    timber.context({ flow: 'a' }, () =>
      setTimeout(() => {
        throw new Error('out of a timer');
      }),
    );
    return [await reported, String(await flowOf(setTimeout)), String(flow())];
  });

  expect(seen).toEqual(['out of a timer', 'undefined', 'undefined']);
});

test('a using block has its context until it ends, and in what was started inside it', async () => {
  const seen = await flowPage.inPage(async () => {
    const block = timber.context({ flow: 'a' });
    const started = tick().then(() => flow());
    const inside = flow();
    block[Symbol.dispose]();
    return [inside, String(flow()), await started, String(flow())];
  });

  expect(seen).toEqual(['a', 'undefined', 'a', 'undefined']);
});

test('using blocks that end out of order leave no context behind', async () => {
  const seen = await flowPage.inPage(async () => {
    const outer = timber.context({ flow: 'a' });
    const inner = timber.context({ flow: 'b' });
    outer[Symbol.dispose]();
    const between = flow();
    inner[Symbol.dispose]();
    const after = String(flow());
    await tick();
    return [between, after, String(flow())];
  });

  expect(seen).toEqual(['b', 'undefined', 'undefined']);
});

test('a using block that ends inside a callback form leaves no context behind', async () => {
  const seen = await flowPage.inPage(async () => {
    const block = timber.context({ flow: 'a' });
    const inside = timber.context({ flow: 'b' }, () => {
      block[Symbol.dispose]();
      return flow();
    });
    const after = String(flow());
    await tick();
    return [inside, after, String(flow())];
  });

  expect(seen).toEqual(['b', 'undefined', 'undefined']);
});

test('a using block left open is closed at the end of its turn', async () => {
  const seen = await flowPage.inPage(async () => {
    timber.context({ flow: 'a' });
    const inside = flow();
    return [inside, String(await flowOf(setTimeout))];
  });

  expect(seen[0]).toBe('a');
  expect(await flowPage.inPage(() => flowOf(setTimeout).then(String))).toBe('undefined');
});

test('a using block held across an await is carried on by the caller, which is why it is for synchronous code', async () => {
  const seen = await flowPage.inPage(async () => {
    async function holdAcrossAwait() {
      const block = timber.context({ flow: 'held' });
      await tick();
      block[Symbol.dispose]();
    }
    const before = flow();
    await holdAcrossAwait();
    return [String(before), flow(), String(await flowOf(setTimeout))];
  });

  expect(seen).toEqual(['undefined', 'held', 'held']);
});

test('keeps a context in a worker', async () => {
  const seen = await flowPage.inPage(async () => {
    const worker = new Worker('/worker.js');
    const flows: unknown[] = [];
    return new Promise<unknown[]>((resolve) => {
      worker.onmessage = (event) => {
        flows.push(event.data);
        if (flows.length === 2) resolve(flows);
        worker.postMessage(0);
      };
    });
  });

  expect(seen).toEqual(['undefined', ['a', 'a', 'a']]);
});
