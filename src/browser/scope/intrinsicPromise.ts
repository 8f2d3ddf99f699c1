// %Promise%, whatever the page has made of the global.

// What async functions give; but a bundler may have made this one into code that calls the global `Promise`, and in its
// place there may be zone.js's, which keeps the engine's under a name of its own.
const given = Object.getPrototypeOf((async () => {})()).constructor as PromiseConstructor;
const isEngines = /\[native code\]\s*\}$/.test(Function.prototype.toString.call(given));

export const intrinsicPromise: PromiseConstructor = (isEngines ? undefined : keptByZoneJs()) ?? given;

function keptByZoneJs(): PromiseConstructor | undefined {
  const page = globalThis as { [name: string]: any };
  return page.Zone?.__symbol__ && page[page.Zone.__symbol__('Promise')];
}
