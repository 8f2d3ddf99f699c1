// What is timed and what it is held against. A measurement is `page.case`; the pages are in ../context.mjs.

/**
 * @typedef {object} Row
 * @property {string} title
 * @property {string} [native] the engine's measurement
 * @property {string} timberlog
 * @property {string} [zone] zone.js's measurement
 * @property {boolean} [zoneLoses] zone.js does not do this: it is not compared
 * @property {{ over: string, atMost: number, says: string }[]} [targets] bounds of timberlog's time over another's
 */

/** A case in the three states of code outside of contexts, and inside one. */
function asynchronous(name, title, { zoneLoses, outsideTargets, insideTargets } = {}) {
  const outside = { native: `native.${name}`, zone: `zone.${name}`, targets: outsideTargets };
  const inside = { native: `native.${name}`, zone: `zone.${name}Inside`, targets: insideTargets };
  return [
    { title: `${title}, before any context`, timberlog: `outside.${name}`, ...outside },
    { title: 'outside, a flow in a context pending', timberlog: `pending.${name}`, ...outside },
    { title: 'outside, between contexts', timberlog: `inside.${name}`, ...outside },
    { title: 'in a context', timberlog: `inside.${name}Inside`, ...inside, zoneLoses },
  ];
}

const entering = [
  {
    title: 'enter + exit, one field',
    timberlog: 'inside.enter',
    zone: 'zone.enter',
    targets: [{ over: 'zone.enter', atMost: 0.25, says: '≤ 25 % of fork().run()' }],
  },
  { title: 'and read inside', timberlog: 'inside.enterAndRead', zone: 'zone.enterAndRead' },
  { title: 'three deep', timberlog: 'inside.enterThree', zone: 'zone.enterThree' },
  { title: 'as a using block', timberlog: 'inside.using', zone: 'zone.enter' },
];

const awaiting = asynchronous('await', 'await of a settled promise', {
  zoneLoses: true,
  outsideTargets: [{ over: 'native.await', atMost: 6, says: '≤ 6× native' }],
  insideTargets: [
    { over: 'native.await', atMost: 25, says: '≤ 25× native' },
    { over: 'zone.thenChainInside', atMost: 1, says: "below zone.js's then" },
  ],
});

const ownPromise = {
  title: "in a context, zone.js's own promise there",
  native: 'native.await',
  timberlog: 'inside.awaitInside',
  zone: 'zone.awaitItsPromiseInside',
  zoneLoses: true,
};

/**
 * Groups of rows: what is compared in one is measured at one time.
 * @type {Row[][]}
 */
export const groups = [
  entering,
  [{ title: 'bind + call (zone.js: wrap)', timberlog: 'inside.bind', zone: 'zone.bind' }],
  [...awaiting, ownPromise],
  asynchronous('awaitCall', 'await of an async call', { zoneLoses: true }),
  asynchronous('thenChain', 'then'),
  asynchronous('queueMicrotask', 'queueMicrotask'),
  asynchronous('listener', 'addEventListener + remove…'),
  asynchronous('dispatch', 'dispatchEvent to a listener'),
  asynchronous('timer', 'setTimeout + clearTimeout'),
];

/** Said under the table. */
export const note = `* zone.js as it comes loses its zone at every await, of its own promises too: this is the time of an await that keeps
  nothing. What keeps the zone there is its then.
The browser's own callbacks (queueMicrotask, dispatchEvent) take about 1 µs longer in all columns for being measured.`;
