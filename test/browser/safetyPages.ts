// The pages that observe the items of fixtures/safety: without the SDK, with it, and with it in other situations.
import { expect } from 'vitest';
import type { Engine, EnginePage } from '../support/engines.js';
import { type PageServer, type Route, startPageServer } from '../support/pageServer.js';

/** What an item saw, or which API it lacks here. */
export interface Observed {
  saw?: unknown;
  lacks?: string;
}

/** What a page loads before the items, by the name of the situation. */
type Situations = { [name: string]: string };

export interface SafetyPages {
  readonly server: PageServer;
  /**
   * What the item called title sees in a situation; run in a context, if isInContext. Observed once: what an item
   * leaves behind in the page, it leaves in all of them.
   */
  observe(situation: string, title: string, isInContext?: boolean): Promise<Observed>;
  evaluate<T>(situation: string, code: string): Promise<T>;
  close(): Promise<void>;
}

export const fixtures = new URL('fixtures/', import.meta.url);

export const sdk = '<script src="/timberlog.min.js"></script>';

/** The SDK, and an await in a context for what never comes. */
export const pendingAwait = `${sdk}<script>
  timber.context({ elsewhere: true }, async () => await new Promise((resolve) => (globalThis.neverCalled = resolve)));
</script>`;

const route = (before: string): Route =>
  `<!doctype html><meta charset="utf-8"><title>safety</title><link rel="icon" href="data:,"><body>${before}` +
  '<script type="module" src="/safety/all.js"></script>';

/** Opens a page for each situation. */
export async function openSafetyPages(engine: Engine, situations: Situations): Promise<SafetyPages> {
  const routes = Object.entries(situations).map(([name, before]) => [`/${name}`, route(before)]);
  const server = await startPageServer({
    folder: fixtures,
    routes: { '/answer.json': '{"answer":42}', ...Object.fromEntries(routes) },
  });
  const pages = new Map<string, EnginePage>();
  for (const name of Object.keys(situations)) {
    const page = await engine.open(`${server.url}/${name}`);
    await page.evaluate('import("/safety/all.js").then(() => true)');
    pages.set(name, page);
  }

  async function observeOnce(situation: string, title: string, isInContext: boolean): Promise<Observed> {
    const observing = `observeItem(${JSON.stringify(title)})`;
    const inContext = `timber.context({ safety: true }, () => ${observing})`;
    const observed: Observed = await pages.get(situation)!.evaluate(isInContext ? inContext : observing);
    if (!observed.lacks) expect(observed).toHaveProperty('saw');
    return observed;
  }

  const observations = new Map<string, Promise<Observed>>();
  return {
    server,
    observe(situation, title, isInContext = false) {
      const key = `${situation} ${isInContext} ${title}`;
      const observation = observations.get(key) ?? observeOnce(situation, title, isInContext);
      observations.set(key, observation);
      return observation;
    },
    evaluate: (situation, code) => pages.get(situation)!.evaluate(code),
    async close() {
      for (const page of pages.values()) await page.close();
      await server.close();
    },
  };
}
