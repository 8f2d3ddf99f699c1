// timberlog in a page that uses contexts: entering them, code in them, and code outside between them.
const { context } = timber;
const outside = loops.asynchronous();
const job = { job: { id: 0 } };

/** A case in a context that is entered once for all n times. */
const inContext = (run) => (n) => context(job, () => run(n));

globalThis.cases = {
  enter: loops.each((i) =>
    context({ job: { id: i } }, () => {
      sum += i;
    }),
  ),
  enterAndRead: loops.each((i) =>
    context({ job: { id: i } }, () => {
      sum += context.get().job.id;
    }),
  ),
  enterThree: loops.each((i) =>
    context({ job: { id: i } }, () =>
      context({ step: { id: i } }, () =>
        context({ item: { id: i } }, () => {
          sum += i;
        }),
      ),
    ),
  ),
  using: loops.eachOfTen((i) => {
    using _ = context({ job: { id: i } });
    sum += i;
  }),
  bind: inContext(
    loops.each((i) =>
      context.bind(() => {
        sum += i;
      })(),
    ),
  ),
};
for (const [name, run] of Object.entries(outside)) {
  cases[name] = run;
  cases[`${name}Inside`] = inContext(run);
}

globalThis.facts = async () => {
  const after = async () => {
    await Promise.resolve();
    return context.get().job?.id;
  };
  return {
    isolated: crossOriginIsolated,
    'context kept at await': (await context({ job: { id: 7 } }, after)) === 7,
    'none outside': (await after()) === undefined,
  };
};
