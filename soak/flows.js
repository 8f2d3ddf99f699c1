// What an application does with contexts, over and over, each with fields of its own, and then lets go of. `lap(n)` runs
// flows until n contexts have been entered, and resolves with the counts so far when all flows have ended but those
// that never will.
(() => {
  const { context } = timber;
  const counts = { contexts: 0, awaits: 0 };
  const text = 'a field of some size, so that a frame which stays is seen to stay '.repeat(4);

  /** Fields that no other context has. */
  const fields = () => ({ job: { id: ++counts.contexts, text: text + counts.contexts } });

  /** What a flow awaits: counted. */
  const seen = (promise) => {
    counts.awaits++;
    return promise;
  };
  const tick = () => new Promise((resolve) => setTimeout(resolve, 1));
  const mustHold = (id) => {
    if (context.get().job?.id !== id) throw new Error(`The context of ${id} is lost.`);
  };

  /** Enters a context for flow, which is given its number. */
  const enter = (flow) => {
    const given = fields();
    return context(given, () => flow(given.job.id));
  };

  /** Listens to the window as long as the function stays that the page has for it. */
  const onProbe = () => {};

  const flows = [
    async function awaits(id) {
      await seen(Promise.resolve());
      await seen(tick());
      await seen((async () => {})());
      mustHold(id);
    },
    async function nests(id) {
      await seen(
        enter(async (inner) => {
          await seen(tick());
          mustHold(inner);
          await seen(enter(async () => seen(Promise.resolve())));
        }),
      );
      mustHold(id);
    },
    async function fails(id) {
      try {
        await seen(
          enter(async () => {
            await seen(tick());
            throw new Error('inside');
          }),
        );
      } catch {
        mustHold(id);
      }
      try {
        enter(() => {
          throw new Error('inside');
        });
      } catch {
        mustHold(id);
      }
    },
    async function callsBack(id) {
      await seen(
        new Promise((resolve) => {
          clearTimeout(setTimeout(resolve, 60_000));
          setTimeout(() => enter(() => queueMicrotask(() => scheduler.postTask(resolve))), 1);
        }),
      );
      mustHold(id);
    },
    async function listens() {
      const target = new EventTarget();
      const element = document.createElement('div');
      const listener = () => {};
      element.addEventListener('click', listener);
      element.onclick = listener;
      element.addEventListener('click', { handleEvent() {} }, { once: true, capture: true });
      element.click();
      const controller = new AbortController();
      target.addEventListener('probe', listener, { signal: controller.signal });
      for (const name of ['probe', 'other']) addEventListener(name, listener);
      addEventListener('probe', onProbe);
      addEventListener('once', listener, { once: true });
      dispatchEvent(new Event('once'));
      await seen(tick());
      controller.abort();
      for (const name of ['probe', 'other']) removeEventListener(name, listener);
      removeEventListener('probe', onProbe);
    },
    // Not awaited: it never ends, and nothing but itself holds its promise.
    function pends(id) {
      enter(async () => {
        await seen(new Promise(() => {}));
        mustHold(id);
      });
      new Promise(() => {}).then(() => mustHold(id));
    },
    async function combines(id) {
      await seen(Promise.race([tick(), new Promise(() => {})]));
      await seen(Promise.all([tick(), Promise.resolve(), enter(async () => seen(tick()))]));
      await seen(Promise.allSettled([tick(), Promise.reject(new Error('inside'))]));
      mustHold(id);
    },
    async function binds(id) {
      const bound = context.bind(() => mustHold(id));
      const block = context(fields());
      bound();
      block[Symbol.dispose]();
      const outer = context(fields());
      const inner = context(fields());
      outer[Symbol.dispose]();
      inner[Symbol.dispose]();
      const observer = new MutationObserver(bound);
      const element = document.createElement('div');
      observer.observe(element, { attributes: true });
      element.title = 'changed';
      await seen(tick());
    },
    async function generates(id) {
      const endless = async function* () {
        for (;;) yield await seen(Promise.resolve());
      };
      const dropped = endless();
      await seen(dropped.next());
      for await (const _ of endless()) break;
      mustHold(id);
    },
  ];

  const atOnce = 50; // of each

  globalThis.lap = async (contexts) => {
    const end = counts.contexts + contexts;
    while (counts.contexts < end) {
      await Promise.all(Array.from({ length: atOnce }, () => flows.map((flow) => enter(flow))).flat());
    }
    return { ...counts };
  };
})();
