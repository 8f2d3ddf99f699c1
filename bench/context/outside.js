// timberlog in a page: code outside of contexts. No context has ever been entered here.
globalThis.cases = loops.asynchronous();
globalThis.facts = async () => ({ isolated: crossOriginIsolated, patched: 'timber' in globalThis });
