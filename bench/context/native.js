// The cases of the engine alone.
globalThis.cases = loops.asynchronous();
globalThis.facts = async () => ({ isolated: crossOriginIsolated });
