// npm run bench:context: what contexts cost, against the engine alone and zone.js as it comes, in one Chromium.
// `--check` ends with 1 when a target is surely missed; `--rounds=100` takes longer and makes surer.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { groups, note } from './context/rows.mjs';
import { tableOf } from './context/table.mjs';
import { createStopwatch, launchChromium, openPage, servePages, timberlogScript, zoneScript } from './pages.mjs';
import { measureInRounds } from './rounds.mjs';

const { values } = parseArgs({
  options: { check: { type: 'boolean' }, rounds: { type: 'string', default: '30' } },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error(`--rounds was given ${values.rounds}; it wants a number of at least 1.`);

const script = (name) => new URL(`context/${name}.js`, import.meta.url);
const pageScripts = (name, ...before) => [...before, script('loops'), script(name)];
const contenders = {
  native: pageScripts('native'),
  outside: pageScripts('outside', timberlogScript),
  pending: pageScripts('pending', timberlogScript),
  inside: pageScripts('inside', timberlogScript),
  zone: pageScripts('zone', zoneScript),
};

/** The measurements of each group; what several groups name is measured with the first. */
function measurements() {
  const seen = new Set();
  return groups.map((group) => {
    const names = group.flatMap(({ native, timberlog, zone, targets = [] }) => [
      ...[native, timberlog, zone],
      ...targets.map(({ over }) => over),
    ]);
    const fresh = [...new Set(names)].filter((name) => name && !seen.has(name));
    for (const name of fresh) seen.add(name);
    return fresh;
  });
}

const load = () => loadavg()[0].toFixed(1);

async function bench() {
  const server = await servePages(contenders);
  const browser = await launchChromium();
  try {
    let fail;
    const failed = new Promise((_, reject) => {
      fail = reject;
    });
    const pages = new Map();
    for (const name of Object.keys(contenders)) pages.set(name, await openPage(browser, server.urlOf(name), fail));
    await checkFacts(pages);
    const loadBefore = load();
    const onRound = (round) => {
      if (process.stderr.isTTY) process.stderr.write(`\rround ${round} of ${rounds}${round === rounds ? '\n' : ''}`);
    };
    const timed = new Map();
    for (const [name, page] of pages) {
      const run = (test, times) => page.evaluate(([test, times]) => globalThis.cases[test](times), [test, times]);
      timed.set(name, { run, busyMs: await createStopwatch(page) });
    }
    const figures = await Promise.race([measureInRounds(timed, measurements(), { rounds, onRound }), failed]);
    report(browser.version(), loadBefore, figures);
  } finally {
    await browser.close();
    server.close();
  }
}

/** Nobody is timed who does not do what the table says of them. */
async function checkFacts(pages) {
  for (const [name, page] of pages) {
    for (const [fact, holds] of Object.entries(await page.evaluate(() => globalThis.facts()))) {
      if (!holds) throw new Error(`The bench's page ${name} is not as it should be: ${fact}.`);
    }
  }
}

function report(version, loadBefore, figures) {
  const { text, missed } = tableOf(groups, figures);
  const cpu = `${cpus()[0].model.trim()}, ${cpus().length} cores, load ${loadBefore} to ${load()}`;
  console.log(`\nChromium ${version} (headless), ${cpu}; CPU time of the page's thread;`);
  console.log(`medians of ${rounds} rounds, interleaved; in brackets what half of the rounds lie between.\n`);
  console.log(`${text}\n\n${note}`);
  for (const sentence of missed) console.error(`Missed: ${sentence}`);
  if (values.check && missed.length > 0) process.exitCode = 1;
}

await bench();
