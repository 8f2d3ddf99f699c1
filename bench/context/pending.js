// timberlog in a page where a flow in a context is pending for ever: code outside of contexts.
const never = new Promise(() => {});
timber.context({ job: { id: 0 } }, async () => {
  await loops.await(Promise.resolve(1))(10_000);
  await never;
});

globalThis.cases = loops.asynchronous();
globalThis.facts = async () => ({
  isolated: crossOriginIsolated,
  'outside the pending flow': timber.context.get().job === undefined,
});
