// npm run soak: enters 200,000 contexts in real Chromium and looks, lap for lap, at what is left in the heap after
// garbage collection. Prints the curve; ends with 1 and a sentence when it rises.
import { parseArgs } from 'node:util';
import { launchChromium, openPage, servePages, timberlogScript, zoneScript } from '../bench/pages.mjs';
import { spread } from '../bench/rounds.mjs';

const { values } = parseArgs({
  options: { contexts: { type: 'string', default: '200000' }, laps: { type: 'string', default: '20' } },
});
const contexts = Number(values.contexts);
const laps = Number(values.laps);
/** In these the engine compiles, and its tables find their size. */
const warmUpLaps = 5;
/**
 * One pointer that stays for each context would be four at least. The heap of a page without timberlog rises by up to
 * 0.4 here, and goes up and down with the machine code that the engine keeps and throws away.
 */
const allowedBytesAContext = 1;
/** What goes up and down so, for runs of few contexts. */
const allowedBytes = 100 * 1024;

const flows = new URL('flows.js', import.meta.url);
const pages = { alone: [timberlogScript, flows], afterzone: [zoneScript, timberlogScript, flows] };
const titles = { alone: 'timberlog alone', afterzone: 'timberlog after zone.js as it comes' };

/** @returns what grew, in sentences */
async function soak(page, title) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  console.log(`\n${title}, after garbage collection:`);
  const curve = [];
  for (let lap = 1 - warmUpLaps; lap <= laps; lap++) {
    const counts = await page.evaluate((wanted) => globalThis.lap(wanted), Math.ceil(contexts / laps));
    const held = await heldBy(session);
    console.log(lineOf(counts, held) + (lap < 0 ? '  (warm-up)' : ''));
    if (lap >= 0) curve.push({ ...counts, ...held });
  }
  return ['script', 'page', 'nodes', 'listeners'].flatMap((what) => growth(curve, what, title));
}

/** Bytes of script objects and of the page's own objects (elements, listeners), and how many of some of these. */
async function heldBy(session) {
  // What only the page's own objects hold, the second finds.
  for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize } = await session.send('Runtime.getHeapUsage');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (name) => metrics.find((one) => one.name === name).value;
  return {
    script: usedSize,
    page: embedderHeapUsedSize,
    nodes: metric('Nodes'),
    listeners: metric('JSEventListeners'),
  };
}

function lineOf({ contexts, awaits }, { script, page, nodes, listeners }) {
  const count = (number) => number.toLocaleString('en').padStart(7);
  const kib = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;
  return `${count(contexts)} contexts ${count(awaits)} awaits  ${kib(script)} script ${kib(page)} page  ${nodes} nodes ${listeners} listeners`;
}

/** Middles of three laps: one alone may come at a moment when the engine has just thrown code away. */
function growth(curve, what, title) {
  const middle = (some) => spread(some.map((lap) => lap[what])).median;
  const grown = middle(curve.slice(-3)) - middle(curve.slice(0, 3));
  const entered = curve.at(-1).contexts - curve[0].contexts;
  const isCounted = what === 'nodes' || what === 'listeners';
  if (!isCounted)
    console.log(`${what} heap: ${(grown / 1024).toFixed(1)} KiB more, ${(grown / entered).toFixed(2)} bytes a context`);
  if (grown <= (isCounted ? 0 : Math.max(allowedBytes, entered * allowedBytesAContext))) return [];
  const size = isCounted ? `${grown} ${what}` : `${(grown / entered).toFixed(1)} bytes a context in the ${what} heap`;
  return [`${title}: after ${entered.toLocaleString('en')} contexts ${size} stay that were not there before.`];
}

async function run() {
  const server = await servePages(pages);
  const browser = await launchChromium();
  try {
    console.log(`Chromium ${browser.version()} (headless)`);
    let fail;
    const failed = new Promise((_, reject) => {
      fail = reject;
    });
    const sentences = [];
    for (const [name, title] of Object.entries(titles)) {
      const page = await openPage(browser, server.urlOf(name), fail);
      sentences.push(...(await Promise.race([soak(page, title), failed])));
    }
    for (const sentence of sentences) console.error(sentence);
    if (sentences.length > 0) process.exitCode = 1;
    else console.log('\nNothing stays.');
  } finally {
    await browser.close();
    server.close();
  }
}

await run();
