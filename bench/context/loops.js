// The work that is timed, the same text in every page: each function makes a case, a function that does it n times.
// What it does changes something that stays, so that no compiler can leave it out.
globalThis.sum = 0;

globalThis.loops = {
  nothing: () => {},

  /** Runs an operation of the page that takes the number of the turn. */
  each: (operation) => (n) => {
    for (let i = 0; i < n; i++) operation(i);
  },

  /** `using` blocks end with their turn: ten in each. */
  eachOfTen: (operation) => async (n) => {
    for (let i = 0; i < n; ) {
      for (const end = i + 10; i < end; i++) operation(i);
      await undefined;
    }
  },

  await: (promise) => async (n) => {
    for (let i = 0; i < n; i++) sum += await promise;
  },

  awaitCall: () => {
    const one = async () => 1;
    return async (n) => {
      for (let i = 0; i < n; i++) sum += await one();
    };
  },

  /** One callback after another, as with await. */
  thenChain: (promise) => (n) =>
    new Promise((resolve) => {
      let i = 0;
      const step = (value) => {
        sum += value;
        if (++i < n) promise.then(step);
        else resolve();
      };
      promise.then(step);
    }),

  queueMicrotask: () => (n) =>
    new Promise((resolve) => {
      let i = 0;
      const step = () => {
        sum++;
        if (++i < n) queueMicrotask(step);
        else resolve();
      };
      queueMicrotask(step);
    }),

  listener: () => {
    const target = document.createElement('div');
    return (n) => {
      for (let i = 0; i < n; i++) {
        const listener = () => {
          sum += i;
        };
        target.addEventListener('click', listener);
        target.removeEventListener('click', listener);
      }
    };
  },

  dispatch: () => (n) => {
    const target = document.createElement('div');
    const event = new Event('click');
    target.addEventListener('click', () => sum++);
    for (let i = 0; i < n; i++) target.dispatchEvent(event);
  },

  timer: () => (n) => {
    for (let i = 0; i < n; i++) {
      clearTimeout(
        setTimeout(() => {
          sum += i;
        }, 60_000),
      );
    }
  },
};

/** What a page has in every state: these cases, over promises of the engine's own. */
globalThis.loops.asynchronous = () => {
  const settled = (async () => 1)();
  return {
    nothing: loops.nothing,
    await: loops.await(settled),
    awaitCall: loops.awaitCall(),
    thenChain: loops.thenChain(Promise.resolve(1)),
    queueMicrotask: loops.queueMicrotask(),
    listener: loops.listener(),
    dispatch: loops.dispatch(),
    timer: loops.timer(),
  };
};
