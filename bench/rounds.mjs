// Interleaved measuring: many short rounds, each over all contenders, so that what disturbs the machine disturbs all
// alike; and what remains of it is seen in the spread of the ratios.

/** Long enough to hold its share of garbage collection, short enough to be a neighbour of the next. */
const batchMs = 20;
const warmUpRounds = 3;

/**
 * Measures groups of `page.case` names, round for round. Those of a group are compared, so they come one right after
 * another, each round starting with the next one of them.
 * @returns {Promise<Map<string, number[]>>} by name, nanoseconds for one time, a figure a round
 */
export async function measureInRounds(pages, groups, { rounds, onRound }) {
  const times = new Map();
  const measure = (name) => {
    const [page, test] = name.split('.');
    return pages.get(page).evaluate(([test, n]) => globalThis.measure(test, n), [test, times.get(name)]);
  };
  const calibrate = async (name, ms) => {
    const [page, test] = name.split('.');
    times.set(name, await pages.get(page).evaluate(([test, ms]) => globalThis.calibrate(test, ms), [test, ms]));
  };

  for (const name of groups.flat()) await calibrate(name, batchMs);
  for (let round = 0; round < warmUpRounds; round++) for (const name of groups.flat()) await measure(name);
  // Compiled by now, they take other times.
  for (const name of groups.flat()) await calibrate(name, batchMs);

  const figures = new Map(groups.flat().map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const group of groups) {
      for (let i = 0; i < group.length; i++) {
        const name = group[(round + i) % group.length];
        figures.get(name).push(((await measure(name)) * 1e6) / times.get(name));
      }
    }
    onRound(round + 1);
  }
  return figures;
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
