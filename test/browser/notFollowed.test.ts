// Callbacks of APIs that are not followed: the browser calls them in no context. What code calls through such an API
// is a plain call, in the context of the caller.
import { beforeAll, expect, test } from 'vitest';
import { type FlowPage, openFlowPage } from './flowPage.js';

let flowPage: FlowPage;
beforeAll(async () => {
  flowPage = await openFlowPage();
  return flowPage.close;
});

/** The context in which the callback is called that registration, run in a context, hands to an API. */
const contextOfCallback = (registration: string, later = ''): Promise<unknown> =>
  flowPage.page.evaluate(`(async () => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d').fillRect(0, 0, 1, 1);
    const contextSeen = Promise.withResolvers();
    const callback = () => contextSeen.resolve(timber.context.get());
    const made = timber.context({ flow: 'a' }, () => { ${registration} });
    await tick();
    ${later}
    return contextSeen.promise;
  })()`);

test.each([
  ['canvas.toBlob', 'canvas.toBlob(callback)'],
  ['a PerformanceObserver', 'new PerformanceObserver(callback).observe({ type: "navigation", buffered: true })'],
  ['the first pull of a ReadableStream', 'new ReadableStream({ pull: callback })'],
  [
    'a later pull of a ReadableStream',
    `let pulls = 0;
     const pull = (controller) => { controller.enqueue(1); if (++pulls === 2) callback(); };
     new ReadableStream({ pull }, { highWaterMark: 2 });`,
  ],
  [
    'the pull of a ReadableStream that a Response reads',
    `const pull = (controller) => { controller.close(); callback(); };
     new Response(new ReadableStream({ pull }, { highWaterMark: 0 })).text();`,
  ],
  ['the write of a WritableStream', 'new WritableStream({ write: callback }).getWriter().write(1)'],
  [
    'the transform of a TransformStream',
    'new Blob(["text"]).stream().pipeThrough(new TransformStream({ transform: callback })).getReader().read()',
  ],
  ['navigator.locks', 'navigator.locks.request("lock", callback)'],
  ['a view transition', 'document.startViewTransition(callback)'],
  [
    'requestVideoFrameCallback',
    `const video = document.createElement('video');
     video.muted = true;
     video.srcObject = canvas.captureStream();
     video.requestVideoFrameCallback(callback);
     video.play();`,
  ],
  [
    'a VideoEncoder',
    `const encoder = new VideoEncoder({ output: callback, error: callback });
     encoder.configure({ codec: 'vp8', width: 300, height: 150 });
     encoder.encode(new VideoFrame(canvas, { timestamp: 0 }));
     encoder.flush();`,
  ],
  ['createOffer of WebRTC', 'new RTCPeerConnection().createOffer(callback, callback)'],
  [
    'an on… property of WebRTC',
    `const connection = (globalThis.connection = new RTCPeerConnection());
     connection.onnegotiationneeded = callback;
     connection.createDataChannel('news');`,
  ],
])('has no context in the callback of %s', async (_, registration) => {
  expect(await contextOfCallback(registration)).toEqual({});
});

test.each([
  [
    'the pull of a ReadableStream that a call of read() causes',
    'return new ReadableStream({ pull: callback }, { highWaterMark: 0 }).getReader()',
    'timber.context({ flow: "b" }, () => void made.read())',
  ],
  [
    'the connectedCallback of a custom element that a call of append() causes',
    'customElements.define("flow-probe", class extends HTMLElement { connectedCallback() { callback(); } })',
    'timber.context({ flow: "b" }, () => document.body.append(document.createElement("flow-probe")))',
  ],
])('has the context of the caller in %s', async (_, registration, later) => {
  expect(await contextOfCallback(registration, later)).toEqual({ flow: 'b' });
});
