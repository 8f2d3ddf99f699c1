// Times the cases of a page, which stand in `cases`: functions of n, how many times.

/** Milliseconds for n times. */
globalThis.measure = async (name, n) => {
  const run = cases[name];
  const startedAt = performance.now();
  const end = run(n);
  if (end !== undefined) await end;
  return performance.now() - startedAt;
};

/** How many times take about ms, undisturbed: the best of three. Warms the case up on the way. */
globalThis.calibrate = async (name, ms) => {
  let n = 100;
  for (;;) {
    const took = Math.min(await measure(name, n), await measure(name, n), await measure(name, n));
    if (took >= ms / 2) return Math.ceil((n * ms) / took);
    n *= took < ms / 10 ? 4 : 2;
  }
};
