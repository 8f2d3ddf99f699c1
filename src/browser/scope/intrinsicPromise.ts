// %Promise%, whatever the page has made of the global.

// What async functions give; but a bundler may have made this one into code that calls the global `Promise`. If that is
// zone.js's, which prints as native code too, the engine's is kept under a name of its own.
const given = Object.getPrototypeOf((async () => {})()).constructor as PromiseConstructor;

export const intrinsicPromise: PromiseConstructor =
  (given === globalThis.Promise ? keptByZoneJs() : undefined) ?? given;

function keptByZoneJs(): PromiseConstructor | undefined {
  const page = globalThis as { [name: string]: any };
  return page.Zone?.__symbol__ && page[page.Zone.__symbol__('Promise')];
}
