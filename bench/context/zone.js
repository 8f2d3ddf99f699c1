// zone.js as it comes: its fork and run, its Promise, its patches; `await` is the engine's.
const fork = (name, id) => Zone.current.fork({ name, properties: { [name]: { id } } });
const outside = { ...loops.asynchronous(), awaitItsPromise: loops.await(Promise.resolve(1)) };
const zone = fork('job', 0);

const inZone = (run) => (n) => zone.run(() => run(n));

globalThis.cases = {
  enter: loops.each((i) =>
    fork('job', i).run(() => {
      sum += i;
    }),
  ),
  enterAndRead: loops.each((i) =>
    fork('job', i).run(() => {
      sum += Zone.current.get('job').id;
    }),
  ),
  enterThree: loops.each((i) =>
    fork('job', i).run(() =>
      fork('step', i).run(() =>
        fork('item', i).run(() => {
          sum += i;
        }),
      ),
    ),
  ),
  bind: inZone(
    loops.each((i) =>
      Zone.current.wrap(() => {
        sum += i;
      }, 'bind')(),
    ),
  ),
};
for (const [name, run] of Object.entries(outside)) {
  cases[name] = run;
  cases[`${name}Inside`] = inZone(run);
}

globalThis.facts = async () => {
  const afterAwait = (promise) => async () => {
    await promise;
    return Zone.current === zone;
  };
  const native = (async () => 1)();
  return {
    isolated: crossOriginIsolated,
    'its own Promise': Promise.toString().includes('ZoneAwarePromise'),
    'zone kept in then': await zone.run(() => Promise.resolve().then(() => Zone.current === zone)),
    'zone lost at await': !(await zone.run(afterAwait(native))) && !(await zone.run(afterAwait(Promise.resolve()))),
  };
};
