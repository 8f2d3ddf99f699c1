// One test for each API that a context is kept over, in each engine. Where an engine cannot do what a probe asks even
// without the SDK, the test is skipped with the reason, and said so again at the end.
import { afterAll, beforeAll, expect, type RunnerTestCase, test } from 'vitest';
import { describeInEngines, type Engine } from '../support/engines.js';
import { probes } from './fixtures/probes/all.js';
import { type ProbePages, startProbePages } from './probePages.js';

// To ask WebKit takes longer than most probes do.
const atOnce = 25;

interface Outcome {
  saw?: unknown;
  failure?: string;
  isLate?: boolean;
}

interface ProbePage {
  /** What becomes of the first title, and of those after it: as many as the page gets through at once. */
  run(titles: string[]): Promise<Outcome[]>;
}

async function openProbePage(engine: Engine, url: string): Promise<ProbePage> {
  const page = await engine.open(url);
  return {
    async run(titles) {
      const outcomes = await page.evaluate<Outcome[]>(`runProbes(${JSON.stringify(titles)})`);
      // What did not come in time could still come, in the next probe's time.
      if (outcomes.at(-1)!.isLate) await page.goto(url);
      return outcomes;
    },
  };
}

let pages: ProbePages;
beforeAll(async () => {
  pages = await startProbePages();
  return pages.close;
});

describeInEngines('a context', (engine) => {
  let withSdk: ProbePage;
  let without: ProbePage;
  const notApplicable: string[] = [];

  beforeAll(async () => {
    without = await openProbePage(engine(), pages.without);
    withSdk = await openProbePage(engine(), pages.withSdk); // last, thus in front: Chromium draws others once a second
  });

  const known = new Map<string, Outcome>();
  async function outcomeOf({ name, suite }: Readonly<RunnerTestCase>): Promise<Outcome> {
    if (!known.has(name)) {
      const chosen = suite!.tasks.filter(({ mode }) => mode === 'run').map((task) => task.name);
      const next = chosen.slice(chosen.indexOf(name), chosen.indexOf(name) + atOnce);
      for (const [i, outcome] of (await withSdk.run(next)).entries()) known.set(next[i]!, outcome);
    }
    return known.get(name)!;
  }

  for (const [title, { expected }] of probes) {
    test(title, async ({ task, skip }) => {
      const outcome = await outcomeOf(task);
      if (outcome.failure) {
        const [{ failure }] = (await without.run([title])) as [Outcome];
        if (failure) notApplicable.push(`${title}: ${failure}`);
        if (failure) skip(`not applicable: ${failure}`);
      }
      expect(outcome).toEqual({ saw: expected });
    });
  }

  afterAll(() => {
    if (notApplicable.length === 0) return;
    const { name, version } = engine();
    console.log(`Not applicable in ${name} ${version}, without the SDK either:\n  ${notApplicable.join('\n  ')}`);
  });
});
