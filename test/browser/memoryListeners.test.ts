// What listeners added in a context have held can be collected once they are removed, or what they listened to is gone.
import { beforeAll, expect, test } from 'vitest';
import { type MemoryPage, openMemoryPage, type Probe } from './keptThings.js';

let memoryPage: MemoryPage;
beforeAll(async () => {
  memoryPage = await openMemoryPage();
  return memoryPage.close;
});

test.each<[string, Probe]>([
  [
    'listeners of an element that is dropped',
    () =>
      timber.context({ flow: 'a' }, () => {
        const element = document.createElement('div');
        const listener = () => {};
        const object = { handleEvent() {} };
        element.addEventListener('click', listener);
        element.addEventListener('click', object, true);
        element.onclick = listener;
        return { element, listener, object, ...here() };
      }),
  ],
  [
    'listeners with options of an element that is dropped',
    () =>
      timber.context({ flow: 'a' }, () => {
        const element = document.createElement('div');
        const listener = () => {};
        const { signal } = new AbortController();
        element.addEventListener('focus', listener, { once: true });
        element.addEventListener('blur', listener, { signal });
        return { element, listener, signal, ...here() };
      }),
  ],
  [
    'an element that is dropped, whose listener stays',
    () =>
      timber.context({ flow: 'a' }, () => {
        const element = document.createElement('div');
        const listener = () => {};
        keep(listener);
        element.addEventListener('click', listener);
        element.onclick = listener;
        return { element, ...here() };
      }),
  ],
  [
    'an element that is dropped, whose signal stays',
    () =>
      timber.context({ flow: 'a' }, () => {
        const element = document.createElement('div');
        const listener = () => {};
        const { signal } = new AbortController();
        keep(signal);
        element.addEventListener('click', listener, { signal });
        return { element, listener, ...here() };
      }),
  ],
  [
    'a listener that was removed from a target which stays',
    () =>
      timber.context({ flow: 'a' }, () => {
        const listener = () => {};
        addEventListener('probe', listener);
        removeEventListener('probe', listener);
        return { listener, ...here() };
      }),
  ],
  [
    'an on… property that was emptied',
    () =>
      timber.context({ flow: 'a' }, () => {
        const listener = () => {};
        document.body.onclick = listener;
        document.body.onclick = null;
        return { listener, ...here() };
      }),
  ],
  [
    'a once listener that was called, on a target which stays',
    () =>
      timber.context({ flow: 'a' }, () => {
        const listener = () => {};
        addEventListener('probe', listener, { once: true });
        dispatchEvent(new Event('probe'));
        return { listener, ...here() };
      }),
  ],
  [
    'a listener whose signal was aborted, on a target which stays',
    () =>
      timber.context({ flow: 'a' }, () => {
        const listener = () => {};
        const controller = new AbortController();
        addEventListener('probe', listener, { signal: controller.signal });
        controller.abort();
        return { listener, signal: controller.signal, ...here() };
      }),
  ],
  [
    'a context in which a listener that stays was added and removed',
    () =>
      timber.context({ flow: 'a' }, () => {
        const listener = () => {};
        keep(listener);
        addEventListener('probe', listener);
        removeEventListener('probe', listener);
        return here();
      }),
  ],
  [
    'a context in which a once listener that stays was added and called',
    () =>
      timber.context({ flow: 'a' }, () => {
        const listener = () => {};
        keep(listener);
        addEventListener('probe', listener, { once: true });
        dispatchEvent(new Event('probe'));
        return here();
      }),
  ],
  [
    'a context in which a listener that stays was added with a signal that was aborted',
    () =>
      timber.context({ flow: 'a' }, () => {
        const listener = () => {};
        keep(listener);
        const controller = new AbortController();
        addEventListener('probe', listener, { signal: controller.signal });
        controller.abort();
        return { signal: controller.signal, ...here() };
      }),
  ],
  [
    'a message channel that is closed',
    () =>
      timber.context({ flow: 'a' }, async () => {
        const { port1, port2 } = new MessageChannel();
        await new Promise((resolve) => {
          port1.onmessage = resolve;
          port2.postMessage(0);
        });
        port1.close();
        port2.close();
        return { port1, port2, ...here() };
      }),
  ],
  [
    'requests that are done',
    () =>
      timber.context({ flow: 'a' }, async () => {
        const request = new XMLHttpRequest();
        const loaded = new Promise((resolve) => {
          request.onload = resolve;
        });
        request.open('GET', '/answer.json');
        request.send();
        await loaded;
        const response = await fetch('/answer.json');
        await response.json();
        return { request, response, ...here() };
      }),
  ],
])('keeps nothing of %s', async (_, probe) => {
  expect(await memoryPage.keptOf(probe)).toEqual([]);
});

test('removes a listener, and adds it once only, also after a collection', async () => {
  await memoryPage.run(() => {
    const counts = { calls: 0 };
    const listener = () => counts.calls++;
    keep(listener);
    Object.assign(globalThis, { counts, listener });
    timber.context({ flow: 'a' }, () => addEventListener('probe', listener));
  });
  await memoryPage.heapBytes();
  const calls = await memoryPage.run(() => {
    const { counts, listener } = globalThis as unknown as { counts: { calls: number }; listener: () => void };
    addEventListener('probe', listener);
    dispatchEvent(new Event('probe'));
    removeEventListener('probe', listener);
    dispatchEvent(new Event('probe'));
    return counts.calls;
  });

  expect(calls).toBe(1);
});

test('keeps nothing of event types that nobody listens to any more', async () => {
  const replies = () => {
    const listener = () => {};
    for (let i = 0; i < 20_000; i++) {
      const type = `reply ${Math.random()}`;
      addEventListener(type, listener, { once: true });
      dispatchEvent(new Event(type));
      document.addEventListener(type, listener);
      document.removeEventListener(type, listener);
    }
  };
  await memoryPage.run(replies);
  const before = await memoryPage.heapBytes();
  await memoryPage.run(replies);

  expect(((await memoryPage.heapBytes()) - before) / 20_000).toBeLessThan(8); // a pointer each
});
