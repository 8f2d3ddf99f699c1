// Which things a page still holds after garbage collection, for the tests of memory.
import type { Route } from '../support/pageServer.js';
import { openFlowPage } from './flowPage.js';

export type Things = { [name: string]: object | undefined };
export type Probe = () => Things | Promise<Things>;

/** Globals of the page for probes. */
declare global {
  /** The collapsed fields, which a frame holds, and the zone of the code that calls. */
  function here(): { fields: object; zone: object };
  /** Holds thing for good. */
  function keep(thing: unknown): void;
}

/** What hangs together across a page's own objects takes more than one: a removed frame three, say. */
const maxCollections = 6;

const pageGlobals = `
  globalThis.here = () => ({ fields: timber.context.get(), zone: Zone.current });
  const held = [];
  globalThis.keep = (thing) => held.push(thing);
`;

export interface MemoryPage {
  /** The names of those things that probe, run in the page, returns and that are still there after a collection. */
  keptOf(probe: Probe | string): Promise<string[]>;
  run(probe: () => unknown): Promise<unknown>;
  /** Bytes of the page's script objects, after a collection. */
  heapBytes(): Promise<number>;
  close(): Promise<void>;
}

export async function openMemoryPage(routes: { [path: string]: Route } = {}): Promise<MemoryPage> {
  const { page, close } = await openFlowPage(routes);
  const session = await page.context().newCDPSession(page);
  await page.evaluate(`{${pageGlobals}}`);
  return {
    async keptOf(probe) {
      await page.evaluate(`(async () => {
        const things = Object.entries(await (${probe})());
        globalThis.watched = things.map(([name, thing]) => [name, new WeakRef(thing)]);
      })()`);
      const stillThere = `watched.filter(([, reference]) => reference.deref()).map(([name]) => name)`;
      let kept: string[] = [];
      for (let i = 0; i < maxCollections; i++) {
        await session.send('HeapProfiler.collectGarbage');
        kept = await page.evaluate(stillThere);
        if (kept.length === 0) break;
      }
      return kept;
    },
    async heapBytes() {
      for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    },
    run: (probe) => page.evaluate(`(${probe})()`),
    close,
  };
}
