// npm run bench:workers: what a request that logs ten lines costs more than one that logs none, in workerd, beside
// @logtail/edge and @sentry/cloudflare. `--check` ends with 1 when the target is surely missed; `--rounds=40` makes surer.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ratio, spread } from './rounds.mjs';
import { startCollector, startContender } from './workers/contenders.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean' }, rounds: { type: 'string', default: '15' } } });
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error(`--rounds was given ${values.rounds}; it wants a number of at least 1.`);

const requestsARound = 300;
const warmUpRounds = 3;
const names = ['plain', 'bare', 'timberlog', 'logtail', 'sentry'];
const titles = {
  bare: 'a bare sub-request',
  timberlog: 'timberlog',
  logtail: '@logtail/edge',
  sentry: '@sentry/cloudflare',
};

async function bench() {
  if (process.platform !== 'linux') throw new Error('This bench reads the time of the processor from Linux’s /proc.');
  const collector = await startCollector();
  const contenders = new Map();
  try {
    for (const name of names) contenders.set(name, await startContender(name, collector));
    const loadBefore = loadavg()[0];
    const figures = await measure(contenders);
    report(loadBefore, figures, contenders, collector);
  } finally {
    await Promise.all([...contenders.values()].map((contender) => contender.end()));
    collector.close();
  }
}

/** Microseconds of the processor for a request, round for round, each round starting with the next contender. */
async function measure(contenders) {
  const figures = new Map(names.map((name) => [name, []]));
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + warmUpRounds + i) % names.length];
      const contender = contenders.get(name);
      const before = contender.cpuMs();
      await contender.send(requestsARound);
      if (round >= 0) figures.get(name).push(((contender.cpuMs() - before) * 1_000) / requestsARound);
    }
    if (process.stderr.isTTY) process.stderr.write(`\rround ${Math.max(0, round + 1)} of ${rounds}`);
  }
  return figures;
}

function report(loadBefore, figures, contenders, collector) {
  const plain = figures.get('plain');
  const added = (name) => figures.get(name).map((figure, round) => figure - plain[round]);
  const sent = requestsARound * (rounds + warmUpRounds);
  const line = (name) => {
    const { requests, lines } = collector.countsOf(name);
    const over = name === 'timberlog' ? '' : shown(ratio(added('timberlog'), added(name)), 2);
    return [
      titles[name],
      `${shown(spread(added(name)), 0)} µs`,
      over,
      (requests / sent).toFixed(2),
      `${lines.toLocaleString('en')} of ${(sent * 10).toLocaleString('en')}`,
      `${contenders.get(name).kilobytes.toFixed(1)} KB`,
    ];
  };
  const head = [
    '',
    'added to a request',
    'timberlog ÷ it',
    'sub-requests each',
    'lines that arrived',
    'Worker, brotli',
  ];
  const table = [head, ...names.slice(1).map(line)];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  console.log(
    `\n${cpus()[0].model.trim()}, ${cpus().length} cores, load ${loadBefore.toFixed(1)} to ${loadavg()[0].toFixed(1)};`,
  );
  console.log(
    'time of the processor, of all threads of a workerd of 2026-10-23, for a request that logs ten lines, over one',
  );
  console.log(
    `that logs none (${Math.round(spread(plain).median)} µs); medians of ${rounds} rounds, in brackets what half of them lie between.\n`,
  );
  for (const row of table)
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));

  const better = ['logtail', 'sentry'].sort((a, b) => spread(added(a)).median - spread(added(b)).median)[0];
  const { median, from } = ratio(added('timberlog'), added(better));
  const verdict = median < 0.5 ? 'met' : from > 0.5 ? 'MISSED' : 'too close to call';
  console.log(`\nTarget, less than half of the better one (${titles[better]}): ${verdict}, ${median.toFixed(2)}.`);
  if (values.check && verdict === 'MISSED') process.exitCode = 1;
}

const shown = ({ median, from, to }, digits) =>
  `${median.toFixed(digits)} (${from.toFixed(digits)}–${to.toFixed(digits)})`;

await bench();
