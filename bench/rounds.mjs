// Interleaved measuring: many short rounds, each over all contenders, so that what disturbs the machine disturbs all
// alike; and what remains of it is seen in the spread of the ratios.

/** Long enough to hold its share of garbage collection, short enough to be a neighbour of the next. */
const batchMs = 20;
const warmUpRounds = 3;

/**
 * Measures groups of `page.case` names, round for round. Those of a group are compared, so they come one right after
 * another, each round starting with the next one of them.
 * @param {Map<string, { run(name: string, times: number): Promise<unknown>, busyMs(): Promise<number> }>} pages
 * @returns {Promise<Map<string, number[]>>} by name, nanoseconds for one time, a figure a round
 */
export async function measureInRounds(pages, groups, { rounds, onRound }) {
  const names = groups.flat();
  const overheads = new Map();
  for (const [name, page] of pages) overheads.set(name, await overheadOf(page));
  const measure = async (name, times) => {
    const [page, test] = name.split('.');
    return (await busyFor(pages.get(page), test, times)) - overheads.get(page);
  };

  /** How many times take a batch. Warms the case up on the way. */
  async function calibrate(name) {
    for (let times = 100; ; times *= 2) {
      const ms = Math.min(await measure(name, times), await measure(name, times));
      if (ms >= batchMs / 2) return Math.ceil((times * batchMs) / ms);
    }
  }

  const times = new Map();
  for (const name of names) times.set(name, await calibrate(name));
  for (let round = 0; round < warmUpRounds; round++) for (const name of names) await measure(name, times.get(name));
  // Compiled by now, they take other times.
  for (const name of names) times.set(name, await calibrate(name));

  const figures = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const group of groups) {
      for (let i = 0; i < group.length; i++) {
        const name = group[(round + i) % group.length];
        figures.get(name).push(((await measure(name, times.get(name))) * 1e6) / times.get(name));
      }
    }
    onRound(round + 1);
  }
  return figures;
}

async function busyFor(page, test, times) {
  const before = await page.busyMs();
  await page.run(test, times);
  return (await page.busyMs()) - before;
}

/** Of asking the page to do something at all. */
async function overheadOf(page) {
  const samples = [];
  for (let i = 0; i < 30; i++) samples.push(await busyFor(page, 'nothing', 0));
  return spread(samples.slice(10)).median;
}

/** The middle of numbers, and between what lies half of them. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (part) => {
    const place = part * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.ceil(place);
    return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
  };
  return { median: at(0.5), from: at(0.25), to: at(0.75) };
}

/** The spread of one's figures over another's of the same round. */
export const ratio = (ours, theirs) => spread(ours.map((figure, round) => figure / theirs[round]));
